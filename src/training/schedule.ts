/** Which examples each optimiser step takes, in which order, at which rate. Plain arithmetic; seeded. */
import { seededRandom, shuffle } from '../data/seeded-random';
import { InputError } from '../protocol/errors';
import type { TrainingSettings } from './settings';

export interface PlannedStep {
  /** From 1. */
  step: number;
  learningRate: number;
  /** Indices of the examples, split into micro-batches. */
  microBatches: number[][];
}

/**
 * Learning-rate factor of step `step` (from 0) of `steps`: s/w in the warm-up (the first step has rate 0, as in
 * transformers), then linear (N-s)/(N-w), cosine (1 + cos(pi (s-w)/(N-w)))/2, or 1.
 */
export function scheduleFactor(
  step: number,
  steps: number,
  warmupSteps: number,
  kind: TrainingSettings['schedule'],
): number {
  if (step < warmupSteps) return step / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  if (kind === 'linear') return 1 - progress;
  return kind === 'cosine' ? (1 + Math.cos(Math.PI * progress)) / 2 : 1;
}

/** Optimiser steps of a stage; the last step of an epoch takes what is left. */
export function stepCount(
  examples: number,
  { epochs, batchSize }: Pick<TrainingSettings, 'epochs' | 'batchSize'>,
): number {
  return epochs * Math.ceil(examples / batchSize);
}

/** All steps of a stage over `examples` examples. @throws InputError when there are none. */
export function planSteps(examples: number, settings: TrainingSettings): PlannedStep[] {
  if (examples === 0) {
    throw new InputError(
      'There is no example to train on. Give more data, or loosen the limits that dropped it (maximum length, filters).',
    );
  }
  const { seed, epochs, batchSize, microBatchSize, warmup, schedule, learningRate } = settings;
  const steps = stepCount(examples, settings);
  const warmupSteps = 'steps' in warmup ? warmup.steps : Math.ceil(warmup.ratio * steps);
  const planned: PlannedStep[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const inOrder = Array.from({ length: examples }, (_, i) => i);
    const order = settings.shuffle ? shuffle(inOrder, seededRandom(seed, 'order', epoch)) : inOrder;
    for (const batch of chunk(order, batchSize)) {
      const factor = scheduleFactor(planned.length, steps, warmupSteps, schedule);
      planned.push({
        step: planned.length + 1,
        learningRate: learningRate * factor,
        microBatches: chunk(batch, microBatchSize),
      });
    }
  }
  return planned;
}

/** Consecutive parts of at most `size` items. */
export function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
