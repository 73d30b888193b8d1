/** GPU memory over time: the ledger of a run, sampled by the second and where stages begin and end. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLedger, type Ledger } from '../../../src/gpu/ledger';
import type { MemoryTimeline } from '../../../src/protocol/system';
import type { Runtime } from '../../../src/gpu/runtime';
import { createMemoryLog, maxSamples, type MemoryLog } from '../../../workers/memory-log';

let ledger: Ledger;
let log: MemoryLog;
/** Bytes of tfjs beside the fused engine. */
let tfjs: number;
const run = { runId: 'a', budgetBytes: 1000 };
const backend = (own: () => Ledger = () => ledger) => ({
  runtime: Object.defineProperty({}, 'ledger', { get: own }) as Runtime,
  memory: () => ({ tensors: 0, bytesInUse: 0, bytesAllocated: ledger.total() + tfjs }),
});
const second = () => vi.advanceTimersByTime(1000);

beforeEach(() => {
  vi.useFakeTimers();
  ledger = createLedger();
  tfjs = 0;
  log = createMemoryLog();
});
afterEach(() => void vi.useRealTimers());

it('there is none until a run has worked', () => expect(log.timeline()).toBeNull());

it('holds what each category held, with the stage, every second and where stages begin and end', () => {
  ledger.add('weights', 100);
  const watch = log.watch(run, backend());
  second();
  ledger.add('scratch', 20);
  tfjs = 5;
  watch.mark('sft');
  ledger.add('optimiser', 30);
  second();
  watch.mark(null);
  ledger.remove('scratch', 20);
  ledger.remove('optimiser', 30);
  watch.stop();
  second();
  expect(log.timeline()?.samples.map(({ stage, held }) => [stage, held])).toEqual([
    [null, { weights: 100 }],
    [null, { weights: 100 }],
    [null, { weights: 100, scratch: 20, tfjs: 5 }],
    ['sft', { weights: 100, scratch: 20, optimiser: 30, tfjs: 5 }],
    ['sft', { weights: 100, scratch: 20, optimiser: 30, tfjs: 5 }],
    [null, { weights: 100, tfjs: 5 }],
  ]);
});

it('knows the peak of the run between two samples, and in which stage it was; not that of an earlier run', () => {
  ledger.add('weights', 900);
  ledger.remove('weights', 900);
  const watch = log.watch(run, backend());
  watch.mark('sft');
  ledger.add('scratch', 70);
  ledger.remove('scratch', 70);
  watch.mark(null);
  watch.stop();
  expect(log.timeline()).toMatchObject({ runId: 'a', budgetBytes: 1000, peak: { stage: 'sft', bytes: 70 } });
});

it('stays bounded over a long run, covers all of it evenly, and keeps the sample that holds the most', () => {
  const watch = log.watch(run, backend());
  const start = Date.now();
  for (let i = 0; i < 4000; i++) {
    if (i === 301) ledger.add('kv cache', 50);
    second();
    if (i === 301) ledger.remove('kv cache', 50);
    expect(log.timeline()?.samples.length).toBeLessThanOrEqual(maxSamples);
  }
  watch.stop();
  const samples = log.timeline()?.samples ?? [];
  expect(samples.length).toBeGreaterThan(maxSamples / 4);
  const gaps = samples.slice(1).map(({ at }, i) => at - samples[i]!.at);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(20_000);
  expect(samples[0]!.at - start).toBeLessThanOrEqual(20_000);
  expect(samples.at(-1)!.at - start).toBe(4_000_000);
  expect(samples.filter(({ held }) => held['kv cache'] === 50)).toHaveLength(1);
});

it('a device whose books cannot be read ends nothing', () => {
  const watch = log.watch(
    run,
    backend(() => {
      throw new Error('lost');
    }),
  );
  second();
  watch.stop();
  expect(log.timeline()?.samples).toEqual([]);
});

it('the next run takes the place of the one before', () => {
  ledger.add('weights', 1);
  log.watch(run, backend()).stop();
  log.watch({ runId: 'b', budgetBytes: null }, backend()).stop();
  expect(log.timeline()).toMatchObject({ runId: 'b', samples: [{ held: { weights: 1 } }, { held: { weights: 1 } }] });
});

it('is handed on to be kept: every some seconds, and when the run has ended', () => {
  const saved: MemoryTimeline[] = [];
  const watch = createMemoryLog((timeline) => saved.push(timeline)).watch(run, backend());
  for (let i = 0; i < 20; i++) second();
  expect(saved).toHaveLength(1);
  watch.stop();
  expect(saved).toHaveLength(2);
  expect(saved[1]).toMatchObject({ runId: 'a', budgetBytes: 1000 });
  expect(saved[1]!.samples.length).toBeGreaterThan(20);
});
