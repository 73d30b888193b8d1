/** What a trainer tells the outside, and how the outside stops it. Holds no training logic. */

/** One optimiser step. Metric names are TRL's where TRL has them: loss, grad_norm, learning_rate, rewards/margins, ... */
export interface StepReport {
  /** From 1. */
  step: number;
  totalSteps: number;
  metrics: Record<string, number>;
}

/** All that is needed to go on after `step` bit for bit: flat parameters and both AdamW moments (same length). */
export interface TrainingState {
  step: number;
  parameters: Float32Array;
  firstMoment: Float32Array;
  secondMoment: Float32Array;
}

export interface TrainingHooks {
  onStep(report: StepReport): void;
  /** Awaited once, before the first step of a training that is not resumed. */
  beforeFirstStep?(): Promise<void>;
  /** Awaited after every step, before its checkpoint. */
  afterStep?(step: number, totalSteps: number): Promise<void>;
  /** Awaited between micro-batches: waits while paused; rejects with a cancellation error to stop. */
  gate(): Promise<void>;
  /** When given, training starts after this state's step. */
  resumeFrom?: TrainingState;
  /** When given, called after every `checkpointEvery` steps and after the last one. */
  onCheckpoint?(state: TrainingState): Promise<void>;
  checkpointEvery?: number;
}
