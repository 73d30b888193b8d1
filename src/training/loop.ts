/** The parts that all trainers' loops share: metrics, checks, hooks. Each trainer's own loop is in its file. */
import { TrainingError } from '../protocol/errors';
import type { StepReport, TrainingHooks } from './hooks';
import type { Optimiser } from './optimiser';
import { planSteps, type PlannedStep } from './schedule';
import type { TrainingSettings } from './settings';

/** Gathers figures over micro-batches: sums, whose quotients are a step's metrics, and extremes. */
export class MetricSums {
  readonly #sums = new Map<string, number>();

  add(name: string, value: number): void {
    this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
  }

  lower(name: string, value: number): void {
    this.#sums.set(name, Math.min(this.#sums.get(name) ?? Infinity, value));
  }

  raise(name: string, value: number): void {
    this.#sums.set(name, Math.max(this.#sums.get(name) ?? -Infinity, value));
  }

  get(name: string): number {
    return this.#sums.get(name) ?? 0;
  }
}

/** @throws TrainingError when `loss` is NaN or infinite; it names the first bad tensor that `optimiser` holds. */
export async function assertFiniteLoss(
  loss: number,
  step: number,
  where: string,
  optimiser: Pick<Optimiser, 'firstNonFinite'>,
): Promise<void> {
  if (Number.isFinite(loss)) return;
  const tensor = await optimiser.firstNonFinite();
  throw new TrainingError(
    `The loss is ${loss} at step ${step}, first in ${where}${tensor ? `; the first numbers that are not finite are ${tensor}` : ''}. ` +
      'The step was not taken and nothing was written to the adapter. Lower the learning rate, or look for broken data.',
    step,
  );
}

export interface LoopOptions {
  examples: number;
  settings: TrainingSettings;
  hooks: TrainingHooks;
  optimiser: Optimiser;
  /** Runs one micro-batch, hands its gradients to the optimiser, and adds its figures to `sums`, `tokens` among them. */
  microBatch(indices: number[], step: PlannedStep, microBatch: number, sums: MetricSums): Promise<void>;
  /** The step's metrics besides grad_norm, learning_rate and tokens_per_second; may throw to stop before the update. */
  metrics(sums: MetricSums, step: PlannedStep): Record<string, number>;
}

/** Steps through the plan from where `hooks.resumeFrom` left off. */
export async function runLoop({
  examples,
  settings,
  hooks,
  optimiser,
  microBatch,
  metrics,
}: LoopOptions): Promise<void> {
  const plan = planSteps(examples, settings);
  await hooks.beforeFirstStep?.();
  for (const planned of plan.slice(hooks.resumeFrom?.step ?? 0)) {
    const sums = new MetricSums();
    const started = performance.now();
    for (const [i, indices] of planned.microBatches.entries()) {
      await hooks.gate();
      await microBatch(indices, planned, i, sums);
    }
    const figures = metrics(sums, planned);
    const gradNorm = await optimiser.step(planned.step, planned.learningRate);
    // The way back may still be running when a micro-batch's figures are there: a step ends with its gradient norm.
    const seconds = (performance.now() - started) / 1000;
    hooks.onStep(
      report(planned, plan.length, {
        ...figures,
        tokens_per_second: sums.get('tokens') / seconds,
        grad_norm: gradNorm,
        learning_rate: planned.learningRate,
      }),
    );
    await hooks.afterStep?.(planned.step, plan.length);
    // After the last step too: what follows it (a reward model's closing figures) may be killed.
    const isDue = planned.step === plan.length || planned.step % (hooks.checkpointEvery ?? Infinity) === 0;
    if (hooks.onCheckpoint && isDue) await hooks.onCheckpoint(await optimiser.state(planned.step));
  }
}

function report({ step }: PlannedStep, totalSteps: number, metrics: Record<string, number>): StepReport {
  return { step, totalSteps, metrics };
}
