/** improvement_trajectory: reward (left) and shares (right) from the base model to the last round. */
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { ShownEvaluation } from '../../../protocol/evaluation';
import { ChartFrame } from '../../charts/chart-frame';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from '../../charts/chart-parts';
import { formatNumber } from '../../primitives/format';
import { recordsCsv } from './evaluation-csv';
import { modelTitle } from './model-names';

type Plot = ShownEvaluation['plots']['improvement_trajectory'];
type Point = Plot['points'][number];

const lines = [
  { key: 'reward', label: 'Mean reward', color: 'var(--mantine-color-teal-6)', side: 'left' },
  { key: 'win_rate', label: 'Win rate against SFT', color: 'var(--mantine-color-blue-6)', side: 'right' },
  {
    key: 'length_controlled_win_rate',
    label: 'Win rate, length-controlled',
    color: 'var(--mantine-color-orange-6)',
    side: 'right',
  },
  { key: 'implicit_accuracy', label: 'Implicit accuracy', color: 'var(--mantine-color-grape-6)', side: 'right' },
] as const;

function PointTooltip({ point }: { point: Point | undefined }) {
  if (!point) return null;
  const entries = lines.flatMap(({ key, label, color }) => {
    const value = point[key];
    return value === null ? [] : [{ label, value: String(value), color }];
  });
  return <ChartTooltip title={modelTitle(point.model)} entries={entries} />;
}

export function TrajectoryChart({ plot }: { plot: Plot }) {
  const rows = plot.points.map((point) => ({
    ...point,
    title: modelTitle(point.model),
    range: [point.reward_low, point.reward_high],
  }));
  const description = rows.map(({ title, reward }) => `${title}: reward ${formatNumber(reward, 4)}`).join(', ');
  return (
    <ChartFrame
      title="Improvement trajectory"
      legend={lines}
      description={description}
      csv={() => recordsCsv(plot.points)}
      testId="plot-improvement_trajectory"
    >
      <ResponsiveContainer width="100%" height={280}>
        <ComposedChart data={rows} margin={{ top: 8, right: 4, bottom: 4, left: 4 }}>
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" vertical={false} />
          <XAxis dataKey="title" padding={{ left: 40, right: 40 }} {...axis} />
          <YAxis
            yAxisId="left"
            width={60}
            tickFormatter={formatTick}
            {...axis}
            label={axisLabel('mean reward', 'left')}
          />
          <YAxis
            yAxisId="right"
            orientation="right"
            width={60}
            domain={[0, 1]}
            {...axis}
            label={{ ...axisLabel('share', 'left'), position: 'insideRight' }}
          />
          <Tooltip
            isAnimationActive={false}
            content={({ active, payload }) =>
              active ? <PointTooltip point={payload[0]?.payload as Point | undefined} /> : null
            }
          />
          <Area
            yAxisId="left"
            dataKey="range"
            stroke="none"
            fill="var(--mantine-color-teal-6)"
            fillOpacity={0.15}
            isAnimationActive={false}
          />
          {lines.map(({ key, label, color, side }) => (
            <Line
              key={key}
              yAxisId={side}
              dataKey={key}
              name={label}
              stroke={color}
              strokeWidth={2}
              strokeDasharray={side === 'right' ? '5 4' : ''}
              dot={{ r: 3, strokeDasharray: '0' }}
              isAnimationActive={false}
              connectNulls
            />
          ))}
        </ComposedChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
