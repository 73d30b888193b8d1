/** gold_trajectory: the reward model's score (left axis) and the gold score (right axis) of every model, with 95% bands. */
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { ShownEvaluation } from '../../../protocol/evaluation';
import { ChartFrame } from '../../charts/chart-frame';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from '../../charts/chart-parts';
import { formatNumber } from '../../primitives/format';
import { modelTitle } from './model-names';

export type GoldPoint = NonNullable<ShownEvaluation['plots']['gold_trajectory']>['points'][number];

const lines = [
  {
    key: 'reward',
    range: 'rewardRange',
    label: 'Reward model’s score',
    color: 'var(--mantine-color-blue-6)',
    side: 'left',
  },
  { key: 'gold', range: 'goldRange', label: 'Gold score', color: 'var(--mantine-color-orange-6)', side: 'right' },
] as const;

function rowOf(point: GoldPoint) {
  return {
    ...point,
    title: modelTitle(point.model),
    rewardRange: [point.reward_low, point.reward_high] as [number, number],
    goldRange: [point.gold_low, point.gold_high] as [number, number],
  };
}

function PointTooltip({ row }: { row: ReturnType<typeof rowOf> | undefined }) {
  if (!row) return null;
  const entries = lines.map(({ key, range, label, color }) => ({
    label,
    value: `${formatNumber(row[key], 4)} [${row[range].map((end) => formatNumber(end, 4)).join(', ')}]`,
    color,
  }));
  return <ChartTooltip title={row.title} entries={entries} />;
}

export function GoldChart({ points }: { points: readonly GoldPoint[] }) {
  const rows = points.map(rowOf);
  const description = rows
    .map(({ title, reward, gold }) => `${title}: reward ${formatNumber(reward, 3)}, gold ${formatNumber(gold, 3)}`)
    .join('; ');
  return (
    <ChartFrame
      title="Reward and gold score"
      unit="bands: 95% intervals"
      legend={lines}
      description={description}
      testId="plot-gold_trajectory"
    >
      <ResponsiveContainer width="100%" height={270}>
        <ComposedChart data={rows} margin={{ top: 8, right: 4, bottom: 4, left: 4 }}>
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" vertical={false} />
          <XAxis dataKey="title" padding={{ left: 40, right: 40 }} interval={0} {...axis} />
          <YAxis
            yAxisId="left"
            width={60}
            domain={['auto', 'auto']}
            tickFormatter={formatTick}
            {...axis}
            label={axisLabel('reward', 'left')}
          />
          <YAxis
            yAxisId="right"
            orientation="right"
            width={60}
            domain={['auto', 'auto']}
            tickFormatter={formatTick}
            {...axis}
            label={{ ...axisLabel('gold, 0 to 1', 'left'), position: 'insideRight' }}
          />
          <Tooltip
            isAnimationActive={false}
            content={({ active, payload }) =>
              active ? <PointTooltip row={payload[0]?.payload as ReturnType<typeof rowOf> | undefined} /> : null
            }
          />
          {lines.map(({ range, color, side }) => (
            <Area
              key={range}
              yAxisId={side}
              dataKey={range}
              stroke="none"
              fill={color}
              fillOpacity={0.13}
              isAnimationActive={false}
            />
          ))}
          {lines.map(({ key, label, color, side }) => (
            <Line
              key={key}
              yAxisId={side}
              dataKey={key}
              name={label}
              stroke={color}
              strokeWidth={2.5}
              dot={{ r: 4, fill: color, strokeWidth: 0 }}
              isAnimationActive={false}
            />
          ))}
        </ComposedChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
