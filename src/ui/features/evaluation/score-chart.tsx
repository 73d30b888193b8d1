/** One score of every model as a line with its 95% interval as a band. */
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { ChartFrame } from '../../charts/chart-frame';
import { axis, ChartTooltip, formatTick, gridStroke } from '../../charts/chart-parts';
import { formatNumber } from '../../primitives/format';
import { modelTitle } from './model-names';

export interface ScorePoint {
  model: string;
  value: number;
  low: number;
  high: number;
}

interface ScoreChartProps {
  title: string;
  unit: string;
  points: readonly ScorePoint[];
  /** A colour of the theme with its shade. */
  color: string;
  testId: string;
}

function PointTooltip({ title, point, color }: { title: string; point: ScorePoint | undefined; color: string }) {
  if (!point) return null;
  const entries = [
    { label: title, value: String(point.value), color },
    { label: '95% from', value: String(point.low), color },
    { label: '95% to', value: String(point.high), color },
  ];
  return <ChartTooltip title={modelTitle(point.model)} entries={entries} />;
}

export function ScoreChart({ title, unit, points, color: name, testId }: ScoreChartProps) {
  const color = `var(--mantine-color-${name})`;
  const rows = points.map((point) => ({
    ...point,
    title: modelTitle(point.model),
    range: [point.low, point.high] as [number, number],
  }));
  const description = rows.map((row) => `${row.title} ${formatNumber(row.value, 4)}`).join(', ');
  return (
    <ChartFrame title={title} unit={unit} legend={[]} description={description} testId={testId}>
      <ResponsiveContainer width="100%" height={220}>
        <ComposedChart data={rows} margin={{ top: 8, right: 12, bottom: 4, left: 4 }}>
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" vertical={false} />
          <XAxis dataKey="title" padding={{ left: 30, right: 30 }} interval={0} {...axis} />
          <YAxis width={52} domain={['auto', 'auto']} tickFormatter={formatTick} {...axis} />
          <Tooltip
            isAnimationActive={false}
            content={({ active, payload }) => {
              const point = payload[0]?.payload as ScorePoint | undefined;
              return active ? <PointTooltip title={title} point={point} color={color} /> : null;
            }}
          />
          <Area dataKey="range" stroke="none" fill={color} fillOpacity={0.18} isAnimationActive={false} />
          <Line
            dataKey="value"
            name={title}
            stroke={color}
            strokeWidth={2.5}
            dot={{ r: 4, fill: color, strokeWidth: 0 }}
            isAnimationActive={false}
          />
        </ComposedChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
