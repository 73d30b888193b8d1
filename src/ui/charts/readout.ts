/** A chart's values at one step, of the stage and of earlier rounds. Pure. */
import type { Curve } from '../../store/curve';
import type { ChartSettings } from './chart-settings';
import type { MetricGroup } from './metric-groups';
import { earlierLook, type EarlierRound } from './plot-layout';
import { firstNotBelow } from './thin';

export interface ReadoutEntry {
  label: string;
  color: string;
  dash: string;
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

/** The value that a curve which ended before `step` ended with. */
function lastValue(curve: Curve, metric: string): number | null {
  return curve.values(metric)?.findLast((value) => !Number.isNaN(value)) ?? null;
}

/** Infinity for a curve without any. */
function lastStep(curve: Curve, metric: string): number {
  const index = curve.values(metric)?.findLastIndex((value) => !Number.isNaN(value)) ?? -1;
  return curve.steps()[index] ?? Infinity;
}

function earlierEntries({ series }: MetricGroup, round: EarlierRound, step: number): ReadoutEntry[] {
  const { curve } = round;
  const isOver = step > (curve.steps().at(-1) ?? Infinity);
  const name = isOver ? `${round.label}, last` : round.label;
  return series
    .filter(({ metric }) => curve.values(metric) !== null)
    .map((line) => ({
      label: series.length > 1 ? `${name} · ${line.label}` : name,
      ...earlierLook(line, round),
      value: isOver ? lastValue(curve, line.metric) : valueAt(curve, line.metric, step),
    }));
}

/** Lines of several runs end where their runs do; those of a stage go on together. */
function ownEntries({ series, metric: about }: MetricGroup, curve: Curve, step: number): ReadoutEntry[] {
  return series.map(({ metric, label, color, dash }) => {
    const isOver = about !== undefined && step > lastStep(curve, metric);
    const value = isOver ? lastValue(curve, metric) : valueAt(curve, metric, step);
    return { label: isOver ? `${label}, last` : label, color, dash, value };
  });
}

/** An earlier round, or another run, that ended before `step` is there with its last value. */
export function readoutAt(
  group: MetricGroup,
  curve: Curve,
  earlier: readonly EarlierRound[],
  settings: ChartSettings,
  step: number,
): ReadoutEntry[] {
  const own = ownEntries(group, curve, step);
  return settings.earlier ? [...own, ...earlier.flatMap((round) => earlierEntries(group, round, step))] : own;
}
