/** Whether what a run keeps fits the browser's storage. */
import { expect, it } from 'vitest';
import type { RunCost, StageCost } from '../../../src/protocol/run-cost';
import { missingRoom, runBytes } from '../../../src/store/run-room';

const stage = (steps: number | null, responses: number | null = null): StageCost => ({
  ...{ id: 'x', kind: 'train', steps, responses, operations: { passes: 0, generation: 0 } },
});
const plan: RunCost = {
  ...{ trainedParameters: 1e6, trainPairs: 9, refereePairs: 0, heldOutPairs: 1, heldOutPrompts: 1 },
  lengths: { prompt: 1, chosen: 1, rejected: 1, from: 'tokens' },
  stages: [stage(100), stage(50), stage(null, 1000), stage(30)],
  speed: { passes: null, generation: null },
};
const runCost = { plan, problem: null };
const cache = (usedBytes: number | null, quotaBytes: number | null) => ({
  ...{ usedBytes, quotaBytes, persisted: false, models: [] },
});

it('counts a result of each training stage, two checkpoints of one, and the responses', () => {
  expect(runBytes(plan)).toBe(3 * 4e6 + 24e6 + 4e6);
  expect(runBytes({ ...plan, stages: [stage(0), stage(null, 1000)] })).toBe(4e6);
});

it('warns when less is left, and says nothing when it fits or nothing is known', () => {
  expect(missingRoom({ runCost, cache: cache(70e6, 100e6) })).toEqual({ needed: 40e6, left: 30e6 });
  expect(missingRoom({ runCost, cache: cache(120e6, 100e6) })?.left).toBe(0);
  expect(missingRoom({ runCost, cache: cache(60e6, 100e6) })).toBeNull();
  expect(missingRoom({ runCost, cache: cache(null, null) })).toBeNull();
  expect(missingRoom({ runCost, cache: null })).toBeNull();
  expect(missingRoom({ runCost: null, cache: cache(0, 1) })).toBeNull();
});
