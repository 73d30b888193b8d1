import { afterEach, expect, it, vi } from 'vitest';
import type { StepReport } from '../../../src/training/hooks';
import { runLoop } from '../../../src/training/loop';
import type { Optimiser } from '../../../src/training/optimiser';
import type { TrainingSettings } from '../../../src/training/settings';
import { baseSettings } from '../../support/training-settings';

const settings: TrainingSettings = { ...baseSettings, batchSize: 6, microBatchSize: 3, schedule: 'constant' };

afterEach(() => void vi.restoreAllMocks());

it("a step's tokens/s counts the time of the update too, where the way back is waited for", async () => {
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const optimiser: Optimiser = {
    accumulate: () => {},
    step: async () => {
      clock += 3000;
      return 0.5;
    },
    state: () => Promise.reject(new Error('not asked for')),
    firstNonFinite: async () => null,
    dispose: () => {},
  };
  const reports: StepReport[] = [];
  await runLoop({
    examples: 9,
    settings,
    hooks: { onStep: (report) => void reports.push(report), gate: async () => {} },
    optimiser,
    microBatch: async (indices, _step, _microBatch, sums) => {
      clock += 1000;
      sums.add('tokens', 10 * indices.length);
    },
    metrics: () => ({ loss: 1 }),
  });
  // Two micro-batches of 3 examples and the update: 60 tokens in 5 s; then one and the update: 30 in 4 s.
  expect(reports.map(({ metrics }) => metrics['tokens_per_second'])).toEqual([12, 7.5]);
});
