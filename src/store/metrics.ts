/**
 * The curves of every stage, ring-buffered, from the worker's `state` and `progress` events.
 * Leaves out smoothing and thinning for display; the charts do that.
 */
import type { MetricPoint, RunState, TrainingEvents } from '../protocol/studio';
import { createRingBuffer, type RingBuffer } from './ring-buffer';
import type { Slice } from './slice';

/** Points kept for each stage: more than any stage of the presets has; a longer one loses its oldest on the page only. */
export const POINTS_PER_STAGE = 8192;

/** One stage's curve. The object is a new one whenever the buffer's content changes, so it can be compared by identity. */
export interface StageMetrics {
  points: RingBuffer<MetricPoint>;
}

export interface MetricsSlice {
  metrics: Readonly<Record<string, StageMetrics>>;
  resetMetrics(runs: readonly RunState[]): void;
  appendMetrics(progress: TrainingEvents['progress']): void;
}

export const metricsKey = (runId: string, stageId: string): string => `${runId}/${stageId}`;

/** Points of a step that is there already replace it and what followed: the stage went back to a checkpoint. */
function append(buffer: RingBuffer<MetricPoint>, points: readonly MetricPoint[]): void {
  for (const point of points) {
    for (let last = buffer.last(); last && last.step >= point.step; last = buffer.last()) buffer.pop();
    buffer.push(point);
  }
}

export const createMetricsSlice: Slice<MetricsSlice> = (set) => ({
  metrics: {},

  resetMetrics: (runs) => {
    const metrics: Record<string, StageMetrics> = {};
    for (const run of runs) {
      for (const stage of run.stages) {
        const points = createRingBuffer<MetricPoint>(POINTS_PER_STAGE);
        append(points, stage.history);
        metrics[metricsKey(run.id, stage.id)] = { points };
      }
    }
    set({ metrics });
  },

  appendMetrics: ({ runId, stage, points }) => {
    if (points.length === 0) return;
    const key = metricsKey(runId, stage.id);
    set(({ metrics }) => {
      const buffer = metrics[key]?.points ?? createRingBuffer<MetricPoint>(POINTS_PER_STAGE);
      append(buffer, points);
      return { metrics: { ...metrics, [key]: { points: buffer } } };
    });
  },
});
