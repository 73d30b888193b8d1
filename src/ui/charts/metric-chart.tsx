/** One live line chart of a stage: the series of a group over steps. */
import { memo } from 'react';
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { MetricPoint } from '../../protocol/studio';
import { formatNumber } from '../primitives/format';
import { ChartFrame } from './chart-frame';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from './chart-parts';
import type { MetricGroup } from './metric-groups';

const HEIGHT = 190;
/** With so few points a line alone may show nothing. */
const DOTS_BELOW = 3;

interface MetricChartProps {
  group: MetricGroup;
  points: readonly MetricPoint[];
}

function PointTooltip({ group, point }: { group: MetricGroup; point: MetricPoint | undefined }) {
  if (!point) return null;
  const entries = group.series.flatMap(({ metric, label, color }) => {
    const value = point.values[metric];
    return value === undefined ? [] : [{ label, value: String(value), color }];
  });
  return <ChartTooltip title={`Step ${point.step}`} entries={entries} />;
}

function describe(group: MetricGroup, points: readonly MetricPoint[]): string {
  const last = points.at(-1);
  const values = group.series.map(({ metric, label }) => {
    const value = last?.values[metric];
    return value === undefined ? '' : `${label} ${formatNumber(value)}`;
  });
  return `Line chart over steps. At step ${last?.step ?? 0}: ${values.filter(Boolean).join(', ')}`;
}

export const MetricChart = memo(function MetricChart({ group, points }: MetricChartProps) {
  return (
    <ChartFrame
      title={group.title}
      unit={group.unit}
      legend={group.series}
      description={describe(group, points)}
      testId={`chart-${group.series[0]?.metric ?? ''}`}
    >
      <ResponsiveContainer width="100%" height={HEIGHT}>
        <LineChart data={[...points]} margin={{ top: 6, right: 12, bottom: 12, left: 4 }}>
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" vertical={false} />
          <XAxis
            dataKey="step"
            type="number"
            domain={['dataMin', 'dataMax']}
            {...axis}
            label={axisLabel('step', 'bottom')}
          />
          <YAxis
            width={66}
            domain={group.domain ? [...group.domain] : ['auto', 'auto']}
            tickFormatter={formatTick}
            {...axis}
            label={axisLabel(group.unit, 'left')}
          />
          <Tooltip
            isAnimationActive={false}
            content={({ active, payload }) =>
              active ? <PointTooltip group={group} point={payload[0]?.payload as MetricPoint | undefined} /> : null
            }
          />
          {group.series.map(({ metric, label, color }) => (
            <Line
              key={metric}
              // A function, because a metric's name may hold characters that recharts reads as a path.
              dataKey={(point: MetricPoint) => point.values[metric]}
              name={label}
              stroke={color}
              strokeWidth={2}
              dot={points.length < DOTS_BELOW}
              isAnimationActive={false}
              connectNulls
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
});
