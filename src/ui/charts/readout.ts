/** A chart's values at one step, of the stage and of earlier rounds. Pure. */
import type { Curve } from '../../store/curve';
import type { ChartSettings } from './chart-settings';
import type { MetricGroup } from './metric-groups';
import type { EarlierRound } from './plot-layout';
import { firstNotBelow } from './thin';

export interface ReadoutEntry {
  label: string;
  color: string;
  /** null where there is none at this step. */
  value: number | null;
}

/** The index of the point nearest to `x`; -1 when there is none. */
export function nearest(xs: Float64Array, x: number): number {
  const after = Math.min(firstNotBelow(xs, x), xs.length - 1);
  const [low, high] = [xs[after - 1], xs[after]];
  return low !== undefined && high !== undefined && x - low < high - x ? after - 1 : after;
}

function valueAt(curve: Curve, metric: string, step: number): number | null {
  const steps = curve.steps();
  const index = firstNotBelow(steps, step);
  const value = steps[index] === step ? curve.values(metric)?.[index] : undefined;
  return value === undefined || Number.isNaN(value) ? null : value;
}

export function readoutAt(
  group: MetricGroup,
  curve: Curve,
  earlier: readonly EarlierRound[],
  settings: ChartSettings,
  step: number,
): ReadoutEntry[] {
  const own = group.series.map(({ metric, label, color }) => ({ label, color, value: valueAt(curve, metric, step) }));
  if (!settings.earlier) return own;
  const several = group.series.length > 1;
  const before = earlier.flatMap((round) =>
    group.series
      .filter(({ metric }) => round.curve.values(metric) !== null)
      .map(({ metric, label }) => ({
        label: several ? `${round.label} · ${label}` : round.label,
        color: round.color,
        value: valueAt(round.curve, metric, step),
      })),
  );
  return [...own, ...before];
}
