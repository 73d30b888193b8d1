/** What a pipeline needs besides an engine: artifacts in memory, hooks that note everything, plots without a canvas. */
import { plotNames } from '../../src/evaluation/plots';
import type { MetricPoint } from '../../src/protocol/studio';
import type { RenderPlots } from '../../src/rounds/run-context';
import { createGate, type ControlledGate } from '../../src/rounds/run-gate';
import type { PipelineHooks, StageUpdate } from '../../src/rounds/stage-runner';
import type { ArtifactStore } from '../../src/storage/artifact-store';
import type { Artifact } from '../../src/storage/records';
import type { TrainingState } from '../../src/training/hooks';

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

export interface NotedHooks extends PipelineHooks {
  gate: ControlledGate;
  /** The newest state of each stage. */
  stages: Map<string, StageUpdate>;
  /** The curve of each stage, as a page would build it. */
  curves: Map<string, MetricPoint[]>;
  /** Artifacts by stage, in the order in which they came. */
  artifacts: Map<string, { artifact: Artifact; skipped: boolean }>;
  checkpoints: Map<string, { key: string; state: TrainingState; points: MetricPoint[] }>;
  /** Called after each change, e.g. to cancel at a certain step. */
  after?: (stage: StageUpdate, points: MetricPoint[]) => void;
}

export function notedHooks(checkpoints: NotedHooks['checkpoints'] = new Map()): NotedHooks {
  const hooks: NotedHooks = {
    gate: createGate(),
    stages: new Map(),
    curves: new Map(),
    artifacts: new Map(),
    checkpoints,
    onStage: (stage, points) => {
      hooks.stages.set(stage.id, stage);
      hooks.curves.set(stage.id, [...(hooks.curves.get(stage.id) ?? []), ...points]);
      hooks.after?.(stage, points);
    },
    onStageStart: () => Promise.resolve(),
    onArtifact: (stage, artifact, skipped) => {
      hooks.artifacts.set(stage.id, { artifact, skipped });
      return Promise.resolve();
    },
    loadCheckpoint: (stage, key) => {
      const found = checkpoints.get(stage.id);
      return Promise.resolve(found?.key === key ? structuredClone(found) : null);
    },
    saveCheckpoint: (stage, key, state, points) => {
      checkpoints.set(stage.id, structuredClone({ key, state, points }));
      return Promise.resolve();
    },
  };
  return hooks;
}

/** Stands in for the browser's canvas: the plot's numbers as text. */
export const numbersAsPlots: RenderPlots = (results) =>
  Promise.resolve(new Map(plotNames.map((name) => [name, new Blob([JSON.stringify(results.plots[name])])])));
