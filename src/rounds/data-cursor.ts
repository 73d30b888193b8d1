/**
 * Where a trainer stands in its data and random numbers after a step. Order and dropout are pure functions of the seed and
 * the step (src/training/schedule.ts, dropout.ts), so this is determined by both; it is stored all the same, and a
 * checkpoint whose cursor is not the one that the run would have is not resumed.
 */
import { z } from 'zod';
import type { TrainingSettings } from '../training/settings';

const count = z.number().int().min(0);

export const dataCursorSchema = z.strictObject({
  /** Optimiser steps taken. */
  step: count,
  /** From 0; the epoch of the next step. */
  epoch: count,
  /** Examples of that epoch that are used up. */
  position: count,
  /** What the epochs are cut from. */
  examples: count,
  batchSize: count,
  /** Counter-based: the number of draw n is a function of (seed, what it is for, n); nothing else is carried along. */
  generator: z.string(),
  seed: count,
});
export type DataCursor = z.infer<typeof dataCursorSchema>;

type Order = Pick<TrainingSettings, 'seed' | 'batchSize' | 'epochs'>;

/** The cursor after `step` steps over `examples` examples; every epoch's last step takes what is left. */
export function cursorAfter(step: number, examples: number, { seed, batchSize }: Order): DataCursor {
  const stepsPerEpoch = Math.ceil(examples / batchSize);
  const epoch = Math.floor(step / stepsPerEpoch);
  const position = (step - epoch * stepsPerEpoch) * batchSize;
  return { step, epoch, position, examples, batchSize, generator: 'philox2x32-10', seed };
}
