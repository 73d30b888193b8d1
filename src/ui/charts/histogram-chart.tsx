/** How values are distributed: one outline for each series over shared bins. */
import { Area, AreaChart, CartesianGrid, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatInteger, formatNumber } from '../primitives/format';
import { ChartFrame } from './chart-frame';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from './chart-parts';
import { toCsv } from './csv';
import { linearTicks } from './scale';

const TICKS = 6;

export interface HistogramSeries {
  label: string;
  color: string;
  /** One for each bin. */
  counts: readonly number[];
}

interface HistogramChartProps {
  title: string;
  /** What is counted: 'responses'. */
  counted: string;
  /** What the horizontal axis shows. */
  axisTitle: string;
  /** One more than there are bins, rising. */
  edges: readonly number[];
  series: readonly HistogramSeries[];
  /** A value that is marked, with its meaning. */
  mark?: { at: number; label: string } | undefined;
  remark?: string;
  help?: string;
  testId: string;
}

interface Bin {
  low: number;
  high: number;
  /** By series, in their order. */
  counts: number[];
}

function binsOf({ edges, series }: Pick<HistogramChartProps, 'edges' | 'series'>): Bin[] {
  return edges.slice(1).map((high, i) => {
    const low = edges[i] ?? high;
    return { low, high, counts: series.map(({ counts }) => counts[i] ?? 0) };
  });
}

const csvOf = (bins: readonly Bin[], series: readonly HistogramSeries[]) =>
  toCsv(
    ['from', 'to', ...series.map(({ label }) => label)],
    bins.map(({ low, high, counts }) => [low, high, ...counts]),
  );

/** The outline goes on from each bin's lower edge to the next, and to the end of the last bin. */
function outlineOf(bins: readonly Bin[]): Bin[] {
  const last = bins.at(-1);
  return last ? [...bins, { ...last, low: last.high }] : [];
}

/** In words: how many values, and where most of them lie. */
function describe(bins: readonly Bin[], { series, counted, mark }: HistogramChartProps): string {
  const parts = series.map(({ label, counts }, i) => {
    const most = bins.reduce<Bin | null>(
      (best, bin) => (!best || (bin.counts[i] ?? 0) > (best.counts[i] ?? 0) ? bin : best),
      null,
    );
    const total = counts.reduce((sum, count) => sum + count, 0);
    const where = most ? `, most from ${formatNumber(most.low, 3)} to ${formatNumber(most.high, 3)}` : '';
    return `${label}: ${formatInteger(total)} ${counted}${where}`;
  });
  return `Histogram. ${parts.join('; ')}${mark ? `. ${mark.label}: ${formatNumber(mark.at, 3)}` : ''}`;
}

export function HistogramChart(props: HistogramChartProps) {
  const { title, counted, axisTitle, series, mark, help, testId } = props;
  const bins = binsOf(props);
  const [first, last] = [props.edges[0] ?? 0, props.edges.at(-1) ?? 1];
  const domain: [number, number] = [Math.min(first, mark?.at ?? first), Math.max(last, mark?.at ?? last)];
  return (
    <ChartFrame
      title={title}
      unit={counted}
      legend={series}
      description={describe(bins, props)}
      help={help}
      csv={() => csvOf(bins, series)}
      remark={mark ? `The line marks ${mark.label}, ${formatNumber(mark.at, 3)}.` : (props.remark ?? null)}
      testId={testId}
    >
      <ResponsiveContainer width="100%" height={200}>
        <AreaChart data={outlineOf(bins)} margin={{ top: 8, right: 12, bottom: 12, left: 4 }}>
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" vertical={false} />
          <XAxis
            dataKey="low"
            type="number"
            ticks={linearTicks(domain, TICKS)}
            domain={domain}
            tickFormatter={formatTick}
            {...axis}
            label={axisLabel(axisTitle, 'bottom')}
          />
          <YAxis width={56} allowDecimals={false} {...axis} label={axisLabel(counted, 'left')} />
          <Tooltip
            isAnimationActive={false}
            content={({ active, payload }) => {
              const bin = payload[0]?.payload as Bin | undefined;
              if (!active || !bin) return null;
              const entries = series.map(({ label, color }, i) => ({
                label,
                color,
                value: formatInteger(bin.counts[i] ?? 0),
              }));
              return (
                <ChartTooltip title={`${formatNumber(bin.low, 3)} to ${formatNumber(bin.high, 3)}`} entries={entries} />
              );
            }}
          />
          {mark && <ReferenceLine x={mark.at} stroke="var(--mantine-color-text)" strokeDasharray="4 3" />}
          {series.map(({ label, color }, i) => (
            <Area
              key={label}
              type="stepAfter"
              dataKey={(bin: Bin) => bin.counts[i]}
              name={label}
              stroke={color}
              fill={color}
              fillOpacity={0.12}
              strokeWidth={2}
              isAnimationActive={false}
            />
          ))}
        </AreaChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
