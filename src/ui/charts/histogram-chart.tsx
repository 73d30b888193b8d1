/** How values are distributed: one outline for each series over shared bins. */
import { Area, AreaChart, CartesianGrid, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatInteger } from '../primitives/format';
import { ChartFrame } from './chart-frame';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from './chart-parts';
import { toCsv } from './csv';
import { binsOf, outlineOf, type Bin } from './histogram-outline';
import { linearTicks } from './scale';

const TICKS = 6;

export interface HistogramSeries {
  label: string;
  color: string;
  /** One for each bin. */
  counts: readonly number[];
  /** Of its column in a CSV file, where that is not the label. */
  column?: string;
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
  /** A sentence below the title. */
  remark?: string;
  /** A value of the horizontal axis as text. */
  text?: (value: number) => string;
  help?: string;
  height?: number;
  testId: string;
}

const csvOf = (bins: readonly Bin[], series: readonly HistogramSeries[]) =>
  toCsv(
    ['from', 'to', ...series.map(({ label, column = label }) => column)],
    bins.map(({ low, high, counts }) => [low, high, ...counts]),
  );

/** In words: how many values, and where most of them lie. */
function describe(bins: readonly Bin[], { series, counted, mark, text = formatTick }: HistogramChartProps): string {
  const parts = series.map(({ label, counts }, i) => {
    const [most] = bins.toSorted((a, b) => (b.counts[i] ?? 0) - (a.counts[i] ?? 0));
    const total = counts.reduce((sum, count) => sum + count, 0);
    const where = most && total > 0 ? `, most from ${text(most.low)} to ${text(most.high)}` : '';
    return `${label}: ${formatInteger(total)} ${counted}${where}`;
  });
  return `Histogram. ${parts.join('; ')}${mark ? `. ${mark.label}: ${text(mark.at)}` : ''}`;
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function BinTooltip({ bin, props }: { bin: Bin | undefined; props: HistogramChartProps }) {
  if (!bin) return null;
  const { series, axisTitle, text = formatTick } = props;
  const entries = series.map(({ label, color }, i) => ({ label, color, value: formatInteger(bin.counts[i] ?? 0) }));
  return <ChartTooltip title={`${capitalised(axisTitle)}: ${text(bin.low)} to ${text(bin.high)}`} entries={entries} />;
}

export function HistogramChart(props: HistogramChartProps) {
  const { title, counted, axisTitle, edges, series, mark, remark, text = formatTick, help, testId } = props;
  const bins = binsOf(
    edges,
    series.map(({ counts }) => counts),
  );
  const [first, last] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const domain: [number, number] = [Math.min(first, mark?.at ?? first), Math.max(last, mark?.at ?? last)];
  return (
    <ChartFrame
      title={title}
      unit={counted}
      legend={series}
      description={describe(bins, props)}
      help={help}
      csv={() => csvOf(bins, series)}
      remark={mark ? `The line marks ${mark.label}, ${text(mark.at)}.` : (remark ?? null)}
      testId={testId}
    >
      <ResponsiveContainer width="100%" height={props.height ?? 200}>
        <AreaChart data={outlineOf(bins)} margin={{ top: 8, right: 12, bottom: 12, left: 4 }}>
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" vertical={false} />
          <XAxis
            dataKey="at"
            type="number"
            domain={domain}
            ticks={linearTicks(domain, TICKS)}
            tickFormatter={formatTick}
            {...axis}
            label={axisLabel(axisTitle, 'bottom')}
          />
          <YAxis width={56} allowDecimals={false} {...axis} label={axisLabel(counted, 'left')} />
          <Tooltip
            isAnimationActive={false}
            cursor={false}
            content={({ active, payload }) =>
              active ? <BinTooltip bin={payload[0]?.payload as Bin | undefined} props={props} /> : null
            }
          />
          {mark && <ReferenceLine x={mark.at} stroke="var(--mantine-color-text)" strokeDasharray="4 3" />}
          {series.map(({ label, color }, i) => (
            <Area
              key={label}
              type="linear"
              activeDot={false}
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
