/** One measure of some runs over the rounds, with intervals where there are any. */
import {
  CartesianGrid,
  ErrorBar,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { ChartFrame } from '../../charts/chart-frame';
import { toCsv, type CsvCell } from '../../charts/csv';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from '../../charts/chart-parts';
import { roundAxis } from '../../charts/round-axis';
import { padded } from '../../charts/scale';
import { withInterval } from '../evaluation/score-format';
import { runLine } from './run-lines';
import { rangeOf, seriesPoints, textOf, type Measure, type SeriesPoint, type SeriesRow } from './run-series';

/** Of a round beside the first and the last. */
const MARGIN = 0.25;

interface SeriesChartProps {
  measure: Measure;
  rows: readonly SeriesRow[];
  names: readonly string[];
}

const roundTitle = (round: number) => (round === 0 ? 'SFT' : `Round ${round}`);

function valueText(measure: Measure, row: SeriesRow | undefined, run: number): string {
  const found = row?.values[run];
  if (!found) return '–';
  const { show } = textOf(measure);
  const { value, interval } = found;
  return interval ? withInterval(value, interval, show) : show(value);
}

/** A column a run, and two for its intervals where there are any. */
export function seriesCsv(rows: readonly SeriesRow[], names: readonly string[]): string {
  const hasInterval = names.map((_, run) => rows.some(({ values }) => values[run]?.interval));
  const heads = names.flatMap((name, run) => (hasInterval[run] ? [name, `${name} low`, `${name} high`] : [name]));
  const cells = ({ values }: SeriesRow): CsvCell[] =>
    names.flatMap((_, run): CsvCell[] => {
      const found = values[run];
      const own = found?.value;
      return hasInterval[run] ? [own, found?.interval?.low, found?.interval?.high] : [own];
    });
  return toCsv(
    ['round', ...heads],
    rows.map((row) => [row.round, ...cells(row)]),
  );
}

function Dot({ cx = 0, cy = 0, color }: { cx?: number; cy?: number; color: string }) {
  return <circle cx={cx} cy={cy} r={4} fill={color} stroke="var(--mantine-color-body)" strokeWidth={1} />;
}

/** From round number to round number, with room around all values and intervals as far as there can be any. */
export function verticalAxis(measure: Measure, rows: readonly SeriesRow[]): ReturnType<typeof roundAxis> {
  const { bounds, level } = textOf(measure);
  const [low, high] = rangeOf(rows);
  const [from, to] = padded([Math.min(low, level ?? low), Math.max(high, level ?? high)], false);
  return roundAxis([Math.max(from, bounds[0]), Math.min(to, bounds[1])]);
}

export function SeriesChart({ measure, rows, names }: SeriesChartProps) {
  const { label, unit, help, show, level } = textOf(measure);
  const rounds = rows.map(({ round }) => round);
  const { domain, ticks } = verticalAxis(measure, rows);
  const description = names.map((name, run) => `${name} ${valueText(measure, rows.at(-1), run)}`).join(', ');
  const isShare = show(1) === '100.0%';
  return (
    <ChartFrame
      title={label}
      unit={unit}
      help={help}
      csv={() => seriesCsv(rows, names)}
      legend={names.map((name, run) => ({ label: name, ...runLine(run) }))}
      description={`Lines over rounds. Last: ${description}`}
      testId={`compare-${measure}`}
    >
      <ResponsiveContainer width="100%" height={240}>
        <ScatterChart margin={{ top: 8, right: 16, bottom: 12, left: 4 }}>
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" vertical={false} />
          <XAxis
            dataKey="place"
            type="number"
            domain={[Math.min(...rounds) - MARGIN, Math.max(...rounds) + MARGIN]}
            ticks={rounds}
            interval={0}
            tickFormatter={(round: number) => (round === 0 ? 'SFT' : String(round))}
            {...axis}
            label={axisLabel('round', 'bottom')}
          />
          <YAxis
            dataKey="value"
            type="number"
            width={60}
            domain={domain}
            ticks={ticks}
            interval={0}
            tickFormatter={(value: number) => (isShare ? `${Number((100 * value).toFixed(1))}%` : formatTick(value))}
            {...axis}
          />
          {level !== undefined && <ReferenceLine y={level} stroke="var(--mantine-color-dimmed)" />}
          <Tooltip
            isAnimationActive={false}
            cursor={false}
            content={({ active, payload }) => {
              const point = payload[0]?.payload as SeriesPoint | undefined;
              const row = rows.find(({ round }) => round === point?.round);
              if (!active || !row) return null;
              const entries = names.map((name, run) => ({
                label: name,
                value: valueText(measure, row, run),
                color: runLine(run).color,
              }));
              return <ChartTooltip title={roundTitle(row.round)} entries={entries} />;
            }}
          />
          {names.map((name, run) => {
            const { color, dash } = runLine(run);
            return (
              <Scatter
                key={name}
                name={name}
                data={seriesPoints(rows, run, names.length)}
                shape={<Dot color={color} />}
                line={{ stroke: color, strokeWidth: 2, strokeDasharray: dash }}
                isAnimationActive={false}
              >
                <ErrorBar dataKey="reach" direction="y" width={6} stroke={color} isAnimationActive={false} />
              </Scatter>
            );
          })}
        </ScatterChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
