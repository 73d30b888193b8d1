/** Learning rates, data order and the cut into steps and micro-batches. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/protocol/errors';
import { chunk, planSteps, scheduleFactor, stepCount } from '../../../src/training/schedule';
import type { TrainingSettings } from '../../../src/training/settings';
import { baseSettings } from '../../support/training-settings';

const settings: TrainingSettings = { ...baseSettings, epochs: 2, batchSize: 8, microBatchSize: 3 };

describe('scheduleFactor', () => {
  const factors = (steps: number, warmup: number, kind: TrainingSettings['schedule']) =>
    Array.from({ length: steps }, (_, step) => scheduleFactor(step, steps, warmup, kind));

  it('linear falls from 1 towards 0, which it would reach one step after the last', () => {
    expect(factors(5, 0, 'linear')).toEqual([1, 0.8, 0.6, 0.4, 0.2].map((value) => expect.closeTo(value, 12)));
  });

  it('linear with warm-up rises from 0 and falls over the rest', () => {
    expect(factors(6, 2, 'linear')).toEqual([0, 0.5, 1, 0.75, 0.5, 0.25]);
  });

  it('cosine is 1, 1/2 + sqrt(2)/4, 1/2, ... and with warm-up starts from 0', () => {
    const quarter = 0.5 + Math.SQRT2 / 4;
    expect(factors(4, 0, 'cosine')).toEqual([1, quarter, 0.5, 1 - quarter].map((value) => expect.closeTo(value, 12)));
    expect(factors(5, 1, 'cosine')).toEqual(
      [0, 1, quarter, 0.5, 1 - quarter].map((value) => expect.closeTo(value, 12)),
    );
  });

  it('constant stays, after a warm-up if there is one', () => {
    expect(factors(4, 2, 'constant')).toEqual([0, 0.5, 1, 1]);
  });

  it('a warm-up as long as the run never divides by zero', () => {
    for (const kind of ['linear', 'cosine', 'constant'] as const) {
      expect(factors(3, 3, kind)).toEqual([0, 1 / 3, 2 / 3]);
      expect(scheduleFactor(3, 3, 3, kind)).toBe(1);
    }
  });
});

describe('planSteps', () => {
  it('covers every example once an epoch, the last step of an epoch with what is left, in micro-batches', () => {
    const plan = planSteps(19, settings);
    expect(plan).toHaveLength(6);
    expect(stepCount(19, settings)).toBe(6);
    expect(plan.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(plan.map(({ microBatches }) => microBatches.map((part) => part.length))).toEqual([
      [3, 3, 2],
      [3, 3, 2],
      [3],
      [3, 3, 2],
      [3, 3, 2],
      [3],
    ]);
    for (const epoch of [plan.slice(0, 3), plan.slice(3)]) {
      const order = epoch.flatMap(({ microBatches }) => microBatches.flat());
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 19 }, (_, i) => i));
    }
  });

  it('shuffles by seed, each epoch anew, and keeps the given order without shuffling', () => {
    const order = (changes: Partial<TrainingSettings>) =>
      planSteps(19, { ...settings, ...changes }).flatMap(({ microBatches }) => microBatches.flat());
    const inOrder = Array.from({ length: 19 }, (_, i) => i);
    expect(order({})).toEqual(order({}));
    expect(order({})).not.toEqual(order({ seed: 4 }));
    expect(order({}).slice(0, 19)).not.toEqual(order({}).slice(19));
    expect(order({}).slice(0, 19)).not.toEqual(inOrder);
    expect(order({ shuffle: false })).toEqual([...inOrder, ...inOrder]);
  });

  it('the micro-batch size moves no example from one step to another', () => {
    const steps = (microBatchSize: number) =>
      planSteps(19, { ...settings, microBatchSize }).map(({ microBatches, learningRate }) => [
        microBatches.flat(),
        learningRate,
      ]);
    expect(steps(1)).toEqual(steps(8));
  });

  it('rates follow the schedule over all epochs; a warm-up share is rounded up to whole steps', () => {
    const rates = planSteps(19, { ...settings, warmup: { ratio: 0.2 } }).map(({ learningRate }) => learningRate);
    expect(rates).toEqual([0, 0.25, 0.5, 0.375, 0.25, 0.125]);
    const byNumber = planSteps(19, { ...settings, warmup: { steps: 2 } }).map(({ learningRate }) => learningRate);
    expect(byNumber).toEqual(rates);
  });

  it('nothing to train on is an error that says what to do', () => {
    expect(() => planSteps(0, settings)).toThrow(InputError);
    expect(() => planSteps(0, settings)).toThrow(/Give more data/);
  });

  it('fewer examples than a batch make one step an epoch', () => {
    expect(planSteps(2, settings).map(({ microBatches }) => microBatches.flat().length)).toEqual([2, 2]);
  });
});

describe('chunk', () => {
  it('keeps order and leaves the rest for the last part', () => {
    expect(chunk([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(chunk([], 2)).toEqual([]);
  });
});
