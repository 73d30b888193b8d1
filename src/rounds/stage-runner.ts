/**
 * Runs the stages of a plan in order: passes over those that are omitted, skips those whose artifact exists, runs the others,
 * stores what they made, and reports progress; stops where the person wants to look first. What a stage computes, and on what, is the plan's; see pipeline.ts.
 */
import { CancelledError } from '../protocol/errors';
import type { RunHold } from '../protocol/holds';
import type { ArtifactStore } from '../storage/artifact-store';
import type { CheckpointStore } from '../storage/checkpoint-store';
import type { Artifact, Bytes } from '../storage/records';
import { filesHash } from './artifact-key';
import { openControls, type StageControls } from './stage-controls';
import { atStage } from './stage-error';
import { finiteValues, StageReport, withoutHistory, type ReportHooks } from './stage-report';
import type { StageProbe } from './stage-probe';
import { pendingStage, type StageSpec } from './stages';

export interface PipelineHooks extends ReportHooks {
  /** The stage that begins lets its next batch be measured on request. */
  onProbe?(probe: StageProbe): void;
  /**
   * A stage starts after `done` units, those of its checkpoint (0: from the beginning). For training these are steps, and
   * points of later ones are void.
   */
  onStageStart(stage: StageSpec, done: number): Promise<void>;
  /** A stage has its artifact; `skipped` when that was there before. */
  onArtifact(stage: StageSpec, artifact: Artifact, skipped: boolean): Promise<void>;
  /** Whether the person leaves a stage out. Asked before the stage would begin, so that it may change while the run works. */
  isOmitted(stageId: string): boolean;
  /** Why the run stops before a stage; null to go on. Asked like isOmitted. */
  holdBefore(stageId: string): RunHold | null;
  /** Of this run. */
  checkpoints: CheckpointStore;
}

export interface StageResult {
  files: Record<string, Bytes>;
  /** Figures for the person. Those that are not finite are left out. */
  summary: Record<string, number>;
  /** The stage had nothing to compute (an imported adapter). */
  skipped?: boolean;
}

/** Loads the artifact of an earlier stage of the same run. */
export type LoadArtifact = (stageId: string) => Promise<Artifact>;

export interface StagePlan {
  stages: StageSpec[];
  /** Earlier stages a stage depends on, by role; none of those that were omitted. */
  inputStages(stage: StageSpec, omitted: ReadonlySet<string>): Record<string, string>;
  /**
   * Content hashes of what comes from outside the run, by role: model, dataset, imported adapter, decisions about pairs.
   * @param stages the hashes of the stages that it depends on, by role
   */
  sources(
    stage: StageSpec,
    stages: Readonly<Record<string, string>>,
    load: LoadArtifact,
  ): Record<string, string> | Promise<Record<string, string>>;
  keyOf(stage: StageSpec, inputs: Record<string, string>): Promise<string>;
  /** @param inputs the stages that this one depends on, by role */
  run(
    stage: StageSpec,
    inputs: Readonly<Record<string, string>>,
    load: LoadArtifact,
    controls: StageControls,
  ): Promise<StageResult>;
  /** Training steps, or batches of responses, between two checkpoints. */
  checkpointEvery: number;
  /** @throws DeviceError when what was computed so far cannot be trusted */
  check(): Promise<void>;
  /** Watches what a stage takes of the GPU. */
  probe?(): StageProbe;
  /** What really went wrong when a stage ended with `failure`: a lost device shows as all sorts of errors. */
  causeOf(failure: unknown): Promise<unknown>;
}

/**
 * An omitted stage that is taken back after the run has passed it is made at the end.
 * @returns why the run stopped before a stage, of which nothing has begun; null when every stage is made
 * @throws CancelledError when the gate was cancelled; StageError, with stage and step, for everything else.
 * Artifacts of the stages before are then stored.
 */
export async function runStages(plan: StagePlan, store: ArtifactStore, hooks: PipelineHooks): Promise<RunHold | null> {
  let passed: Pass;
  do passed = await passThrough(plan, store, hooks);
  while (passed.hold === null && [...passed.omitted].some((id) => !hooks.isOmitted(id)));
  return passed.hold;
}

interface Pass {
  /** The stages that were omitted. */
  omitted: ReadonlySet<string>;
  /** Why it ended before the last stage. */
  hold: RunHold | null;
}

async function passThrough(plan: StagePlan, store: ArtifactStore, hooks: PipelineHooks): Promise<Pass> {
  const omitted = new Set<string>();
  const finished = new Map<string, Artifact['key']>();
  const hashes = new Map<string, string>();
  const load: LoadArtifact = async (stageId) => {
    const artifact = await store.get(finished.get(stageId) ?? '');
    if (!artifact) throw new Error(`internal: the artifact of stage ${stageId} is gone`);
    return artifact;
  };
  for (const stage of plan.stages) {
    await hooks.gate.wait();
    if (hooks.isOmitted(stage.id)) {
      omitted.add(stage.id);
      continue;
    }
    const hold = hooks.holdBefore(stage.id);
    if (hold) return { omitted, hold };
    const needs = plan.inputStages(stage, omitted);
    const earlier: Record<string, string> = {};
    for (const [role, id] of Object.entries(needs)) earlier[role] = hashes.get(id) ?? missing(id);
    const inputs = { ...(await plan.sources(stage, earlier, load)), ...earlier };
    const key = await plan.keyOf(stage, inputs);
    const artifact =
      (await reuse(stage, key, store, hooks)) ??
      (await compute({ plan, stage, key, needs, inputs, load, store, hooks }));
    finished.set(stage.id, artifact.key);
    hashes.set(stage.id, artifact.contentHash);
  }
  return { omitted, hold: null };
}

function missing(stageId: string): never {
  throw new Error(`internal: stage ${stageId} is needed before it has run`);
}

async function reuse(
  stage: StageSpec,
  key: string,
  store: ArtifactStore,
  hooks: PipelineHooks,
): Promise<Artifact | null> {
  const artifact = await store.get(key);
  if (!artifact || (await filesHash(artifact.files)) !== artifact.contentHash) return null;
  const { summary, notes, samples, history } = artifact;
  hooks.onStage({ ...withoutHistory(pendingStage(stage)), status: 'skipped', summary, notes, samples }, history);
  await hooks.onArtifact(stage, artifact, true);
  await hooks.checkpoints.clear(stage.id);
  return artifact;
}

interface StageWork {
  plan: StagePlan;
  stage: StageSpec;
  key: string;
  /** Stages by role. */
  needs: Readonly<Record<string, string>>;
  /** Content hashes by role. */
  inputs: Record<string, string>;
  load: LoadArtifact;
  store: ArtifactStore;
  hooks: PipelineHooks;
}

async function compute({ plan, stage, key, needs, inputs, load, store, hooks }: StageWork): Promise<Artifact> {
  const probe = plan.probe?.() ?? null;
  const report = new StageReport(stage, hooks, probe);
  if (probe) hooks.onProbe?.(probe);
  try {
    const { checkpointEvery, check } = plan;
    const controls = await openControls({ stage, key, report, probe, hooks, checkpointEvery, check: () => check() });
    const result = await plan.run(stage, needs, load, controls);
    await probe?.finish();
    const artifact: Artifact = {
      key,
      kind: stage.kind,
      contentHash: await filesHash(result.files),
      inputs,
      files: result.files,
      summary: finiteValues(result.summary),
      notes: report.resultNotes,
      samples: report.state.samples,
      history: report.state.history,
    };
    await store.put(artifact);
    report.finish(result.skipped ? 'skipped' : 'done', artifact.summary);
    await hooks.onArtifact(stage, artifact, false);
    await hooks.checkpoints.clear(stage.id);
    return artifact;
  } catch (error) {
    const cause = await plan.causeOf(error);
    await probe?.finish().catch(() => {});
    report.finish(cause instanceof CancelledError ? 'pending' : 'failed', {});
    throw cause instanceof CancelledError ? cause : atStage(stage.id, report.lastStep, cause);
  }
}
