/** Thins long curves for drawing. Pure; the tables and files keep every point. */
import type { MetricPoint } from '../../protocol/studio';

/** At most about `limit` points, evenly spread, the first and the last always among them. */
export function thinPoints(points: readonly MetricPoint[], limit: number): MetricPoint[] {
  if (points.length <= limit) return [...points];
  const stride = (points.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, i) => points[Math.round(i * stride)]).filter((point) => point !== undefined);
}
