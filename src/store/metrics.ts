/**
 * The curves of every stage, from the worker's `state` and `progress` events.
 * Leaves out smoothing and thinning for display; the charts do that.
 */
import type { RunState } from '../protocol/run-state';
import type { TrainingEvents } from '../protocol/studio';
import { createCurve, type Curve } from './curve';
import type { Slice } from './slice';

/** Points kept for each stage; a longer one loses its oldest on the page only. */
export const POINTS_PER_STAGE = 65_536;

/** One stage's curves. The object is a new one whenever they change, so it can be compared by identity. */
export interface StageMetrics {
  curve: Curve;
}

export interface MetricsSlice {
  metrics: Readonly<Record<string, StageMetrics>>;
  resetMetrics(runs: readonly RunState[]): void;
  appendMetrics(progress: TrainingEvents['progress']): void;
}

export const metricsKey = (runId: string, stageId: string): string => `${runId}/${stageId}`;

export const createMetricsSlice: Slice<MetricsSlice> = (set) => ({
  metrics: {},

  resetMetrics: (runs) => {
    const metrics: Record<string, StageMetrics> = {};
    for (const run of runs) {
      for (const stage of run.stages) {
        const curve = createCurve(POINTS_PER_STAGE);
        curve.append(stage.history);
        metrics[metricsKey(run.id, stage.id)] = { curve };
      }
    }
    set({ metrics });
  },

  appendMetrics: ({ runId, stage, points }) => {
    if (points.length === 0) return;
    const key = metricsKey(runId, stage.id);
    set(({ metrics }) => {
      const curve = metrics[key]?.curve ?? createCurve(POINTS_PER_STAGE);
      curve.append(points);
      return { metrics: { ...metrics, [key]: { curve } } };
    });
  },
});
