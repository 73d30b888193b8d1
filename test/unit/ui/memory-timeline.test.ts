/** GPU memory over time on the System page: what is drawn, read out, saved and reported. */
import { expect, it } from 'vitest';
import type { MemoryTimeline } from '../../../src/protocol/system';
import {
  budgetLine,
  peakText,
  timelineCategories,
  timelineCsv,
  timelineDescription,
  timelineRows,
} from '../../../src/ui/features/system/memory-timeline';
import { reportText } from '../../../src/ui/features/system/report-text';
import { testObstacle } from '../../../src/ui/features/system/self-test-again';
import { runOf } from '../store/fixtures';
import { stageState } from '../../support/stored-records';

const timeline: MemoryTimeline = {
  runId: 'r',
  budgetBytes: 1e6,
  samples: [
    { at: 5000, stage: null, held: { weights: 100_000 } },
    { at: 6000, stage: 'sft', held: { scratch: 50_000, weights: 100_000 } },
    { at: 70_000, stage: 'sft', held: { tfjs: 2000, weights: 100_000 } },
  ],
  peak: { at: 6500, stage: 'sft', bytes: 400_000 },
};

it('is stacked in the order of all memory figures, by seconds from the first sample, with 0 for what was not held', () => {
  expect(timelineCategories(timeline)).toEqual(['weights', 'scratch', 'tfjs']);
  expect(timelineRows(timeline).map(({ seconds, held }) => [seconds, held])).toEqual([
    [0, { weights: 100_000, scratch: 0, tfjs: 0 }],
    [1, { weights: 100_000, scratch: 50_000, tfjs: 0 }],
    [65, { weights: 100_000, scratch: 0, tfjs: 2000 }],
  ]);
});

it('says the peak, where it was, and its share of the budget', () => {
  expect(peakText(timeline)).toBe('At most 400 kB, in Supervised fine-tuning, 40.0% of the recipe’s budget of 1.0 MB.');
  expect(peakText({ ...timeline, budgetBytes: null })).toMatch(
    /^At most 400 kB, in Supervised fine-tuning\. The definition engine/,
  );
});

it('draws the budget only where it does not press the areas flat', () => {
  expect(budgetLine(timeline)).toBe(1e6);
  expect(budgetLine({ ...timeline, budgetBytes: 1e9 })).toBeNull();
  expect(budgetLine({ ...timeline, budgetBytes: null })).toBeNull();
});

it('is told in words: how long, the peak, and what is held at the end', () => {
  const text = timelineDescription(timeline);
  expect(text).toContain('At most 400 kB');
  expect(text).toContain('After 1 min 5 s: 102 kB, weights 100 kB, tfjs 2.0 kB.');
});

it('is saved with every sample', () => {
  expect(timelineCsv(timeline).split('\r\n').slice(0, 3)).toEqual([
    'seconds,stage,weights (bytes),scratch (bytes),tfjs (bytes),total (bytes)',
    '0,,100000,0,0,100000',
    '1,sft,100000,50000,0,150000',
  ]);
});

it('is in the copied report with its peak and the largest sample, or the report says that no run has worked', () => {
  const parts = {
    adapter: null,
    deviceError: null,
    workerKind: null,
    engine: null,
    agent: 'browser',
    stages: [],
    speeds: [],
    storage: null,
  };
  const system = { versions: null, tiles: [], ceiling: [], events: [], memory: timeline, selfTestAgain: null };
  const text = reportText({ ...parts, system });
  expect(text).toContain(
    '## GPU memory over time\npeak: 400000 bytes at 1970-01-01T00:00:06.500Z. At most 400 kB, in Supervised fine-tuning',
  );
  expect(text).toContain('scratch at the largest sample: 50000 bytes');
  expect(reportText({ ...parts, system: { ...system, memory: null } })).toContain(
    '## GPU memory over time\nno run yet',
  );
});

it('the self-test can be repeated unless a run has the GPU or its model is gone; before any run a small model’s kernels are tested', () => {
  const run = runOf({ status: 'finished', name: 'mine' });
  const free = { runs: [run], models: [{ id: 'm' }], hasGpu: true };
  expect(testObstacle(run, free)).toBeNull();
  expect(testObstacle(run, { ...free, runs: [run, runOf({ id: 'x', status: 'paused' })] })).toMatch(/using the GPU/);
  expect(testObstacle(run, { ...free, models: [] })).toContain('“mine”');
  expect(testObstacle(null, free)).toBeNull();
  expect(testObstacle(run, { ...free, hasGpu: false })).toMatch(/no usable GPU/);
});

it('has the studio’s version, speeds, kernel times, storage, and a self-test that failed', () => {
  const kernels = [{ kernel: 'matmul', dispatches: 3, milliseconds: 1.5 }];
  const stages = [stageState('sft', { profile: { batch: 2, seconds: 0.25, kernels, missing: null } })];
  const text = reportText({
    ...{ adapter: null, deviceError: null, workerKind: null, engine: null, agent: 'browser', stages },
    speeds: [{ stage: 'sft', perSecond: 100, unit: 'tokens', flopsPerSecond: 2e9 }],
    storage: { usedBytes: 5, quotaBytes: null, persisted: false },
    system: {
      ...{ versions: { whetstone: '9.9.9', engine: 3, tfjs: '4' }, tiles: [], events: [], memory: null },
      ceiling: [{ use: 'nt', tile: 't', flopsPerSecond: 4e9 }],
      selfTestAgain: { runId: null, at: 1, rows: [], error: 'The kernel norm is wrong.' },
    },
  });
  expect(text).toContain('Whetstone 9.9.9, engine 3, tfjs 4');
  expect(text).toContain('## Best matmul\n4.00 GFLOP/s');
  expect(text).toContain('sft: 100.0 tokens/s, 2.00 GFLOP/s');
  expect(text).toContain('sft, batch 2, 0.250 s:\n  matmul: 1.50 ms, 3 dispatches');
  expect(text).toContain('used: 5 bytes of not told, may be cleared');
  expect(text).toContain('## Self-test\nfailed: The kernel norm is wrong.');
});
