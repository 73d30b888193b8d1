/** Whose speeds the System page shows, against what, and why figures leave stages out. */
import { expect, it } from 'vitest';
import { reusedRemark } from '../../../src/ui/features/system/reused-stages';
import { bestMatmul, shareOf, shareRemark } from '../../../src/ui/features/system/speed-share';
import { timedRun } from '../../../src/ui/features/system/timed-run';
import { stageState } from '../../support/stored-records';
import { runOf } from '../store/fixtures';

const row = (flopsPerSecond: number) => ({ use: 'nt', tile: 't', flopsPerSecond });

it('a share is of the best matmul that was measured, for a run or on request; none without one', () => {
  expect(bestMatmul({ tiles: [], ceiling: [] })).toBeNull();
  expect(shareOf(1, { tiles: [], ceiling: [] })).toBeNull();
  expect(bestMatmul({ tiles: [row(4)], ceiling: [row(8), row(2)] })).toBe(8);
  expect(shareOf(2, { tiles: [], ceiling: [row(8)] })).toBe(0.25);
  expect(shareRemark([2, 8], { tiles: [], ceiling: [row(8)] })).toBeNull();
  expect(shareRemark([9], { tiles: [], ceiling: [row(8)] })).toContain('measure again');
});

it('takes the latest run that trained or sampled itself, and says how many stages a run took from earlier ones', () => {
  const took = runOf({ id: 'b', stages: [stageState('sft', { status: 'skipped' }), stageState('reward')] });
  const made = runOf({ id: 'a', stages: [stageState('sft', { status: 'done' })] });
  expect(timedRun([took, made])?.id).toBe('a');
  expect(timedRun([took])?.id).toBe('b');
  expect(timedRun([])).toBeUndefined();
  expect(reusedRemark(took)).toContain('one stage');
  expect(reusedRemark(made)).toBeNull();
});
