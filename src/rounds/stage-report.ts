/** The state of the stage that runs now, told to the hooks at each change. Leaves out what the stage computes. */
import type { MetricPoint, StageSample, StageState } from '../protocol/run-state';
import type { StepReport } from '../training/hooks';
import { progressMeter, type ProgressMeter } from './progress';
import type { RunGate } from './run-gate';
import type { StageProbe } from './stage-probe';
import { pendingStage, type StageSpec } from './stages';

/** A stage without its curve, which travels point by point. */
export type StageUpdate = Omit<StageState, 'history'>;

export interface ReportHooks {
  gate: RunGate;
  /** Anything about a stage changed; `points` are new on its curve. */
  onStage(stage: StageUpdate, points: MetricPoint[]): void;
}

export class StageReport {
  readonly state: StageState;
  /** Notes that belong to the result; those on this session alone are only in `state.notes`. */
  readonly resultNotes: string[] = [];
  private readonly meter: ProgressMeter;
  private begun = false;
  private before = 0;
  private secondsBefore = 0;

  constructor(
    stage: StageSpec,
    private readonly hooks: ReportHooks,
    private readonly probe: Pick<StageProbe, 'read'> | null = null,
  ) {
    this.state = pendingStage(stage);
    this.meter = progressMeter(() => hooks.gate.workedMs());
  }

  get lastStep(): number | undefined {
    return this.state.history.at(-1)?.step;
  }

  /** @param done units done before this session, of which `history` is the curve and `samples` what was answered */
  start(history: MetricPoint[], done: number, samples: readonly StageSample[] = []): void {
    this.state.status = 'running';
    this.state.history = [...history];
    this.state.samples = [...samples];
    this.before = done;
    this.secondsBefore = history.at(-1)?.seconds ?? 0;
    this.emit(history);
  }

  begin(total: number): void {
    this.meter.begin(total, this.before);
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
    const seconds = this.secondsBefore + this.meter.read().seconds;
    const point = { step, seconds, values: finiteValues(metrics) };
    this.state.history.push(point);
    this.emit([point]);
  }

  sample(sample: StageSample): void {
    this.state.samples = [...this.state.samples, sample];
    this.emit([]);
  }

  note(text: string): void {
    this.resultNotes.push(text);
    this.remark(text);
  }

  /** A note on this session that another run with the same result need not show. */
  remark(text: string): void {
    this.state.notes.push(text);
    this.emit([]);
  }

  finish(status: StageState['status'], summary: Record<string, number>): void {
    Object.assign(this.state, { status, summary });
    this.emit([]);
  }

  private emit(points: MetricPoint[]): void {
    const running = this.state.status === 'running';
    Object.assign(this.state, this.meter.read(), running ? {} : { secondsLeft: null }, this.probe?.read());
    this.hooks.onStage({ ...withoutHistory(this.state), notes: [...this.state.notes] }, points);
  }
}

export function finiteValues(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
}

export function withoutHistory({ history: _, ...stage }: StageState): StageUpdate {
  return stage;
}
