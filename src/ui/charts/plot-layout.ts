/**
 * From curves, settings and the zoomed range to a drawing: domains, scales, and one thinned path for each line. Pure, so it can be
 * tested and timed without a page. Leaves out elements and colours' values.
 */
import type { Curve } from '../../store/curve';
import type { ChartSettings } from './chart-settings';
import type { MetricGroup, Series } from './metric-groups';
import { createScale, padded, type Domain, type Scale } from './scale';
import { smooth } from './smooth';
import { thin } from './thin';

export interface EarlierRound {
  /** The stage's id. */
  id: string;
  label: string;
  color: string;
  /** Of lines whose colour says what they are and not of which round. */
  dash: string;
  curve: Curve;
}

export interface PlotInput {
  group: MetricGroup;
  curve: Curve;
  earlier: readonly EarlierRound[];
  settings: ChartSettings;
  zoom: Domain | null;
  /** Pixels of the drawing area's edges. */
  area: PlotArea;
}

export interface PlotArea {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface PlotPath {
  key: string;
  d: string;
  color: string;
  /** 'raw' lies faintly behind its smoothed line, 'earlier' is another round's. */
  kind: 'line' | 'raw' | 'earlier';
  /** As SVG has it; empty for a solid line. */
  dash: string;
}

export interface Plot {
  x: Scale;
  y: Scale;
  /** All that could be shown, as without zoom. */
  whole: Domain;
  shown: Domain;
  paths: PlotPath[];
  /** Why the vertical axis is not as asked for. */
  remark: string | null;
}

const notLogarithmic = 'Linear axis: some values here are not above 0.';

interface Line {
  xs: Float64Array;
  ys: Float64Array;
  kept: number[];
  path: Omit<PlotPath, 'd'>;
}

/** The horizontal places of a curve's points; null where the time of any is not known. */
export function placesOf(curve: Curve, axis: ChartSettings['axis']): Float64Array | null {
  if (axis === 'step') return curve.steps();
  const seconds = curve.seconds();
  for (const time of seconds) if (Number.isNaN(time)) return null;
  return seconds;
}

/** How a line of an earlier round differs from this round's: by its colour, or by its dashes where the colour says what it is. */
export function earlierLook({ fixed, color, dash }: Series, round: Pick<EarlierRound, 'color' | 'dash'>) {
  return fixed ? { color, dash: round.dash } : { color: round.color, dash };
}

/** Lines of one curve, those that lie behind first. */
function linesOf(input: PlotInput, curve: Curve, round: EarlierRound | null): Omit<Line, 'kept'>[] {
  const { group, settings } = input;
  const xs = placesOf(curve, settings.axis);
  if (!xs) return [];
  return group.series.flatMap((series): Omit<Line, 'kept'>[] => {
    const { metric, color, dash } = series;
    const ys = curve.values(metric);
    if (!ys) return [];
    const smoothed = settings.smoothing > 0 ? smooth(ys, settings.smoothing) : ys;
    if (round)
      return [
        { xs, ys: smoothed, path: { key: `${round.id} ${metric}`, kind: 'earlier', ...earlierLook(series, round) } },
      ];
    const line: Omit<Line, 'kept'> = { xs, ys: smoothed, path: { key: metric, color, kind: 'line', dash } };
    if (smoothed === ys) return [line];
    return [{ xs, ys, path: { key: `${metric} raw`, color, kind: 'raw', dash: '' } }, line];
  });
}

function wholeOf(lines: readonly Pick<Line, 'xs'>[]): Domain {
  const lows = lines.map(({ xs }) => xs[0] ?? 0);
  const highs = lines.map(({ xs }) => xs.at(-1) ?? 0);
  const [low, high] = [Math.min(...lows), Math.max(...highs)];
  if (!Number.isFinite(low)) return [0, 1];
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}

/** The lowest and highest of what is drawn: thinning keeps both. */
function rangeOf(lines: readonly Line[]): Domain | null {
  let low = Infinity;
  let high = -Infinity;
  for (const { ys, kept } of lines) {
    for (const index of kept) {
      const y = ys[index] ?? NaN;
      if (y < low) low = y;
      if (y > high) high = y;
    }
  }
  return low <= high ? [low, high] : null;
}

const tenth = (pixel: number) => Math.round(pixel * 10) / 10;

function pathOf({ xs, ys, kept }: Line, x: Scale, y: Scale): string {
  let d = '';
  for (const index of kept) {
    d += `${d === '' ? 'M' : 'L'}${tenth(x.at(xs[index] ?? 0))} ${tenth(y.at(ys[index] ?? 0))}`;
  }
  return d;
}

export function layoutPlot(input: PlotInput): Plot {
  const { group, curve, earlier, settings, zoom, area } = input;
  const before = settings.earlier ? earlier.flatMap((round) => linesOf(input, round.curve, round)) : [];
  const candidates = [...before, ...linesOf(input, curve, null)];
  const whole = wholeOf(candidates);
  const shown = zoom ?? whole;
  const columns = Math.max(1, Math.round(area.right - area.left));
  const lines = candidates.map((line) => ({ ...line, kept: thin(line.xs, line.ys, shown[0], shown[1], columns) }));
  const range = rangeOf(lines) ?? [0, 1];
  const log = settings.logarithmic && range[0] > 0;
  const fixed = log ? undefined : group.domain;
  const x = createScale(shown, [area.left, area.right], Math.max(2, columns / 90));
  const y = createScale(fixed ?? padded(range, log), [area.bottom, area.top], 4, log);
  const paths = lines.map((line) => ({ ...line.path, d: pathOf(line, x, y) })).filter(({ d }) => d !== '');
  return { x, y, whole, shown, paths, remark: settings.logarithmic && !log ? notLogarithmic : null };
}
