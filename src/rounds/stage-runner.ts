/**
 * Runs the stages of a plan in order: skips those whose artifact exists, runs the others, stores what they made, and
 * reports progress. What a stage computes, and on what, is the plan's; see pipeline.ts.
 */
import { CancelledError } from '../protocol/errors';
import type { MetricPoint, StageState } from '../protocol/studio';
import type { ArtifactStore } from '../storage/artifact-store';
import type { Artifact, Bytes } from '../storage/records';
import type { StepReport, TrainingHooks, TrainingState } from '../training/hooks';
import { filesHash } from './artifact-key';
import { progressMeter, type ProgressMeter } from './progress';
import type { RunGate } from './run-gate';
import { atStage } from './stage-error';
import { pendingStage, type StageSpec } from './stages';

/** A stage without its curve, which travels point by point. */
export type StageUpdate = Omit<StageState, 'history'>;

export interface PipelineHooks {
  gate: RunGate;
  /** Anything about a stage changed; `points` are new on its curve. */
  onStage(stage: StageUpdate, points: MetricPoint[]): void;
  /** A stage starts again after the step of its checkpoint (0: from the beginning): later points are void. */
  onStageStart(stage: StageSpec, lastStep: number): Promise<void>;
  /** A stage has its artifact; `skipped` when that was there before. */
  onArtifact(stage: StageSpec, artifact: Artifact, skipped: boolean): Promise<void>;
  loadCheckpoint(stage: StageSpec, key: string): Promise<{ state: TrainingState; points: MetricPoint[] } | null>;
  saveCheckpoint(stage: StageSpec, key: string, state: TrainingState, points: MetricPoint[]): Promise<void>;
}

/** What a stage's code gets to report with. */
export interface StageControls {
  gate(): Promise<void>;
  /** Says how many units there are; may be called again when more turn up. */
  begin(total: number): void;
  progress(done: number): void;
  note(text: string): void;
  /** The curve so far, with the points from before a resumed checkpoint. */
  points(): readonly MetricPoint[];
  /** For the trainers: reports steps, waits, checkpoints and resumes. */
  training: TrainingHooks;
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
  /** Earlier stages a stage depends on, by role. */
  inputStages(stage: StageSpec): Record<string, string>;
  /** Content hashes of what comes from outside the run, by role: model, dataset, imported adapter. */
  sources(stage: StageSpec): Record<string, string>;
  keyOf(stage: StageSpec, inputs: Record<string, string>): Promise<string>;
  run(stage: StageSpec, load: LoadArtifact, controls: StageControls): Promise<StageResult>;
}

const checkpointEvery = 20;

/**
 * @throws CancelledError when the gate was cancelled; StageError, with stage and step, for everything else.
 * Artifacts of the stages before are then stored.
 */
export async function runStages(plan: StagePlan, store: ArtifactStore, hooks: PipelineHooks): Promise<void> {
  const finished = new Map<string, Artifact['key']>();
  const hashes = new Map<string, string>();
  const load: LoadArtifact = async (stageId) => {
    const artifact = await store.get(finished.get(stageId) ?? '');
    if (!artifact) throw new Error(`internal: the artifact of stage ${stageId} is gone`);
    return artifact;
  };
  for (const stage of plan.stages) {
    await hooks.gate.wait();
    const inputs = { ...plan.sources(stage) };
    for (const [role, id] of Object.entries(plan.inputStages(stage))) inputs[role] = hashes.get(id) ?? missing(id);
    const key = await plan.keyOf(stage, inputs);
    const artifact =
      (await reuse(stage, key, store, hooks)) ?? (await compute(plan, stage, key, inputs, load, store, hooks));
    finished.set(stage.id, artifact.key);
    hashes.set(stage.id, artifact.contentHash);
  }
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
  if (!artifact) return null;
  const { summary, notes, history } = artifact;
  hooks.onStage({ ...withoutHistory(pendingStage(stage)), status: 'skipped', summary, notes }, history);
  await hooks.onArtifact(stage, artifact, true);
  return artifact;
}

async function compute(
  plan: StagePlan,
  stage: StageSpec,
  key: string,
  inputs: Record<string, string>,
  load: LoadArtifact,
  store: ArtifactStore,
  hooks: PipelineHooks,
): Promise<Artifact> {
  const report = new StageReport(stage, hooks);
  try {
    const controls = await openControls(stage, key, report, hooks);
    const result = await plan.run(stage, load, controls);
    const summary = Object.fromEntries(Object.entries(result.summary).filter(([, value]) => Number.isFinite(value)));
    const contentHash = await filesHash(result.files);
    const { notes, history } = report.state;
    const artifact: Artifact = {
      key,
      kind: stage.kind,
      contentHash,
      inputs,
      files: result.files,
      summary,
      notes,
      history,
    };
    await store.put(artifact);
    report.finish(result.skipped ? 'skipped' : 'done', summary);
    await hooks.onArtifact(stage, artifact, false);
    return artifact;
  } catch (error) {
    report.finish(error instanceof CancelledError ? 'pending' : 'failed', {});
    throw error instanceof CancelledError ? error : atStage(stage.id, report.lastStep, error);
  }
}

async function openControls(
  stage: StageSpec,
  key: string,
  report: StageReport,
  hooks: PipelineHooks,
): Promise<StageControls> {
  const checkpoint = await hooks.loadCheckpoint(stage, key);
  await hooks.onStageStart(stage, checkpoint?.state.step ?? 0);
  report.start(checkpoint?.points ?? []);
  const gate = () => hooks.gate.wait();
  return {
    gate,
    begin: (total) => report.begin(total),
    progress: (done) => report.progress(done),
    note: (text) => report.note(text),
    points: () => report.state.history,
    training: {
      gate,
      onStep: (step) => report.step(step),
      ...(checkpoint && { resumeFrom: checkpoint.state }),
      checkpointEvery,
      onCheckpoint: (state) => hooks.saveCheckpoint(stage, key, state, report.state.history),
    },
  };
}

/** The state of the stage that runs now, told to the hooks at each change. */
class StageReport {
  readonly state: StageState;
  private readonly meter: ProgressMeter;
  private begun = false;

  constructor(
    stage: StageSpec,
    private readonly hooks: PipelineHooks,
  ) {
    this.state = pendingStage(stage);
    this.meter = progressMeter(() => hooks.gate.workedMs());
  }

  get lastStep(): number | undefined {
    return this.state.history.at(-1)?.step;
  }

  start(history: MetricPoint[]): void {
    this.state.status = 'running';
    this.state.history = [...history];
    this.emit(history);
  }

  begin(total: number): void {
    this.meter.begin(total, this.lastStep ?? 0);
    this.begun = true;
    this.emit([]);
  }

  progress(done: number): void {
    this.meter.update(done);
    this.emit([]);
  }

  step({ step, totalSteps, metrics }: StepReport): void {
    // The stage's total is known with the first step; that step's time then still counts as preparation.
    if (!this.begun) this.begin(totalSteps);
    this.meter.update(step);
    const point = { step, values: finiteValues(metrics) };
    this.state.history.push(point);
    this.emit([point]);
  }

  note(text: string): void {
    this.state.notes.push(text);
    this.emit([]);
  }

  finish(status: StageState['status'], summary: Record<string, number>): void {
    Object.assign(this.state, { status, summary });
    this.emit([]);
  }

  private emit(points: MetricPoint[]): void {
    const running = this.state.status === 'running';
    Object.assign(this.state, this.meter.read(), running ? {} : { secondsLeft: null });
    this.hooks.onStage({ ...withoutHistory(this.state), notes: [...this.state.notes] }, points);
  }
}

function finiteValues(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
}

export function withoutHistory({ history: _, ...stage }: StageState): StageUpdate {
  return stage;
}
