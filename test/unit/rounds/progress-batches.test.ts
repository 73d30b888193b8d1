/** Progress events are joined: few changes of the page, no point lost, the newest state. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TrainingEvents } from '../../../src/protocol/studio';
import { createProgressBatches } from '../../../workers/progress-batches';
import { point, stageOf } from '../store/fixtures';

type Progress = TrainingEvents['progress'];

function progress(id: string, step: number): Progress {
  const { history: _, ...stage } = stageOf({ id, done: step });
  return { runId: 'run1', stage, points: [point(step, 1 / step)] };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('joins the points of a stage and hands them over a few times a second', () => {
  const delivered: Progress[] = [];
  const batches = createProgressBatches((batch) => delivered.push(batch));
  for (let step = 1; step <= 1000; step++) {
    batches.add(progress('sft', step));
    vi.advanceTimersByTime(1);
  }
  vi.runAllTimers();
  expect(delivered.length).toBeLessThanOrEqual(11);
  expect(delivered.flatMap(({ points }) => points.map(({ step }) => step))).toEqual(
    Array.from({ length: 1000 }, (_, i) => i + 1),
  );
  expect(delivered.at(-1)?.stage.done).toBe(1000);
});

it('keeps stages apart and leaves the given events as they were', () => {
  const delivered: Progress[] = [];
  const batches = createProgressBatches((batch) => delivered.push(batch));
  const first = progress('sft', 1);
  for (const event of [first, progress('reward', 1), progress('sft', 2)]) batches.add(event);
  batches.flush();
  expect(delivered.map(({ stage, points }) => [stage.id, stage.done, points.length])).toEqual([
    ['sft', 2, 2],
    ['reward', 1, 1],
  ]);
  expect(first.points).toHaveLength(1);
  vi.runAllTimers();
  expect(delivered).toHaveLength(2);
});
