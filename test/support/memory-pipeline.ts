/** What a pipeline needs besides an engine: artifacts in memory, hooks that note everything, plots without a canvas. */
import { plotNames } from '../../src/evaluation/plots';
import type { MetricPoint, RunEngine } from '../../src/protocol/run-state';
import type { RenderPlots } from '../../src/rounds/run-context';
import type { EngineParts } from '../../src/rounds/run-engine';
import { createGate, type ControlledGate } from '../../src/rounds/run-gate';
import type { StageUpdate } from '../../src/rounds/stage-report';
import type { PipelineHooks } from '../../src/rounds/stage-runner';
import type { ArtifactStore } from '../../src/storage/artifact-store';
import type { CheckpointStore } from '../../src/storage/checkpoint-store';
import type { Artifact, Checkpoint, StoredTiles } from '../../src/storage/records';
import type { TuningStore } from '../../src/storage/tuning-store';

export interface MemoryStore extends ArtifactStore {
  artifacts: Map<string, Artifact>;
}

export function memoryStore(): MemoryStore {
  const artifacts = new Map<string, Artifact>();
  return {
    artifacts,
    get: (key) => Promise.resolve(artifacts.get(key) ?? null),
    put: (artifact) => {
      artifacts.set(artifact.key, structuredClone(artifact));
      return Promise.resolve();
    },
  };
}

/** Checkpoints by stage, then slot. */
export interface MemoryCheckpoints extends CheckpointStore {
  stages: Map<string, Map<number, Checkpoint>>;
}

export function memoryCheckpoints(): MemoryCheckpoints {
  const stages: MemoryCheckpoints['stages'] = new Map();
  return {
    stages,
    read: (stage, slot) => Promise.resolve(structuredClone(stages.get(stage)?.get(slot))),
    write: (stage, slot, checkpoint) => {
      stages.set(stage, (stages.get(stage) ?? new Map<number, Checkpoint>()).set(slot, structuredClone(checkpoint)));
      return Promise.resolve();
    },
    clear: (stage) => {
      stages.delete(stage);
      return Promise.resolve();
    },
  };
}

/** The newest checkpoint of a stage, unchecked. */
export function newestCheckpoint({ stages }: MemoryCheckpoints, stage: string): Checkpoint | undefined {
  return [...(stages.get(stage)?.values() ?? [])].toSorted((a, b) => b.sequence - a.sequence)[0];
}

/** Measured tiles by key. */
export function memoryTuning(): TuningStore & { records: Map<string, StoredTiles> } {
  const records = new Map<string, StoredTiles>();
  return {
    records,
    get: (key) => Promise.resolve(records.get(key) ?? null),
    put: (key, tiles) => {
      records.set(key, structuredClone(tiles));
      return Promise.resolve();
    },
  };
}

export interface NotedHooks extends Required<PipelineHooks>, Pick<EngineParts, 'onActivity' | 'onEngine'> {
  gate: ControlledGate;
  /** What the run said it does before its first stage, oldest first. */
  activities: string[];
  engine: { engine: RunEngine; tiles: StoredTiles | null } | null;
  /** The newest state of each stage. */
  stages: Map<string, StageUpdate>;
  /** The curve of each stage, as a page would build it. */
  curves: Map<string, MetricPoint[]>;
  /** Artifacts by stage, in the order in which they came. */
  artifacts: Map<string, { artifact: Artifact; skipped: boolean }>;
  checkpoints: MemoryCheckpoints;
  /** Stages that are left out. */
  omitted: Set<string>;
  /** Stages that the run stops before. */
  held: Set<string>;
  /** Called after each change, e.g. to cancel at a certain step. */
  after?: (stage: StageUpdate, points: MetricPoint[]) => void;
}

export function notedHooks(checkpoints: MemoryCheckpoints = memoryCheckpoints()): NotedHooks {
  const hooks: NotedHooks = {
    gate: createGate(),
    stages: new Map(),
    curves: new Map(),
    artifacts: new Map(),
    checkpoints,
    activities: [],
    engine: null,
    omitted: new Set(),
    held: new Set(),
    onActivity: (text) => void (text !== null && hooks.activities.push(text)),
    onEngine: (engine, tiles) => void (hooks.engine = { engine, tiles }),
    onProbe: () => {},
    onStage: (stage, points) => {
      hooks.stages.set(stage.id, stage);
      hooks.curves.set(stage.id, [...(hooks.curves.get(stage.id) ?? []), ...points]);
      hooks.after?.(stage, points);
    },
    isOmitted: (stageId) => hooks.omitted.has(stageId),
    holdBefore: (before) => (hooks.held.has(before) ? { why: 'review', before, after: null } : null),
    onStageStart: () => Promise.resolve(),
    onArtifact: (stage, artifact, skipped) => {
      hooks.artifacts.set(stage.id, { artifact, skipped });
      return Promise.resolve();
    },
  };
  return hooks;
}

/** Stands in for the browser's canvas: the plot's numbers as text. */
export const numbersAsPlots: RenderPlots = (results) =>
  Promise.resolve(new Map(plotNames(results).map((name) => [name, new Blob([JSON.stringify(results.plots[name])])])));
