/** The figures of a finished training stage, from its curve. */
import type { MetricPoint } from '../protocol/run-state';

/** Means of `names` over the last quarter of the steps (at least one step). Absent metrics are left out. */
export function lastQuarterMeans(points: readonly MetricPoint[], names: readonly string[]): Record<string, number> {
  const last = points.slice(-Math.ceil(points.length / 4));
  const means: Record<string, number> = {};
  for (const name of names) {
    const values = last.flatMap((point) => point.values[name] ?? []);
    if (values.length > 0) means[name] = values.reduce((sum, value) => sum + value, 0) / values.length;
  }
  return means;
}

/** The loss of the first step, and the number of steps. */
export function firstLoss(points: readonly MetricPoint[]): Record<string, number> {
  const loss = points[0]?.values.loss;
  return { steps: points.length, ...(loss !== undefined && { first_loss: loss }) };
}
