/** The reward model's score (left axis) and another judge's (right axis) of every model, with 95% bands: where do they part? */
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { ChartFrame } from '../../charts/chart-frame';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from '../../charts/chart-parts';
import { roundAxis } from '../../charts/round-axis';
import { recordsCsv } from './evaluation-csv';
import type { Judge } from './judges';
import { useModelAxis } from './model-axis';
import { modelTitle } from './model-names';
import { scoreText, withInterval } from './score-format';

interface Score {
  mean: number;
  low: number;
  high: number;
}

/** One model by both judges. */
export interface TwoScores {
  model: string;
  reward: Score;
  other: Score;
}

interface OtherJudge {
  judge: Exclude<Judge, 'reward'>;
  /** The chart's title. */
  title: string;
  /** The line's name. */
  label: string;
  axis: string;
}

const rewardColor = 'var(--mantine-color-teal-6)';
const otherColor = 'var(--mantine-color-grape-6)';

function rowOf({ model, reward, other }: TwoScores) {
  return {
    model,
    reward: reward.mean,
    other: other.mean,
    rewardRange: [reward.low, reward.high] as [number, number],
    otherRange: [other.low, other.high] as [number, number],
  };
}
type Row = ReturnType<typeof rowOf>;

const linesOf = ({ label }: OtherJudge) =>
  [
    { key: 'reward', range: 'rewardRange', label: 'Reward model’s score', color: rewardColor, side: 'left' },
    { key: 'other', range: 'otherRange', label, color: otherColor, side: 'right' },
  ] as const;
type Lines = ReturnType<typeof linesOf>;

function PointTooltip({ row, lines }: { row: Row | undefined; lines: Lines }) {
  if (!row) return null;
  const entries = lines.map(({ key, range, label, color }) => ({
    label,
    value: withInterval(row[key], { low: row[range][0], high: row[range][1] }),
    color,
  }));
  return <ChartTooltip title={modelTitle(row.model)} entries={entries} />;
}

const csvOf = (points: readonly TwoScores[], judge: string) =>
  recordsCsv(
    points.map(({ model, reward, other }) => ({
      model,
      reward: reward.mean,
      reward_low: reward.low,
      reward_high: reward.high,
      [judge]: other.mean,
      [`${judge}_low`]: other.low,
      [`${judge}_high`]: other.high,
    })),
  );

export function TwoJudgesChart({ points, other }: { points: readonly TwoScores[]; other: OtherJudge }) {
  const rows = points.map(rowOf);
  const lines = linesOf(other);
  const models = useModelAxis(40);
  const description = rows
    .map((row) => `${modelTitle(row.model)}: reward ${scoreText(row.reward)}, ${other.judge} ${scoreText(row.other)}`)
    .join('; ');
  return (
    <ChartFrame
      title={other.title}
      unit="bands: 95% intervals"
      legend={lines}
      description={description}
      help={other.judge}
      csv={() => csvOf(points, other.judge)}
      testId={`plot-${other.judge}_trajectory`}
    >
      <ResponsiveContainer width="100%" height={270}>
        <ComposedChart data={rows} margin={{ top: 8, right: 4, bottom: 4, left: 4 }}>
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" vertical={false} />
          <XAxis {...models} />
          <YAxis
            yAxisId="left"
            width={60}
            tickFormatter={formatTick}
            {...axis}
            interval={0}
            {...roundAxis(rows.flatMap(({ rewardRange }) => rewardRange))}
            label={axisLabel('reward', 'left')}
          />
          <YAxis
            yAxisId="right"
            orientation="right"
            width={60}
            tickFormatter={formatTick}
            {...axis}
            interval={0}
            {...roundAxis(rows.flatMap(({ otherRange }) => otherRange))}
            label={{ ...axisLabel(other.axis, 'left'), position: 'insideRight' }}
          />
          <Tooltip
            isAnimationActive={false}
            content={({ active, payload }) =>
              active ? <PointTooltip row={payload[0]?.payload as Row | undefined} lines={lines} /> : null
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
