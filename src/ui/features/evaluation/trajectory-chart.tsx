/** improvement_trajectory: reward (left) and shares (right) from the base model to the last round. */
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { ShownEvaluation } from '../../../protocol/evaluation';
import { ChartFrame } from '../../charts/chart-frame';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from '../../charts/chart-parts';
import { roundAxis } from '../../charts/round-axis';
import { formatPercent } from '../../primitives/format';
import { recordsCsv } from './evaluation-csv';
import { useModelAxis } from './model-axis';
import { modelTitle } from './model-names';
import { PointMark, type PointLook } from './point-mark';
import { scoreText, withInterval } from './score-format';

type Plot = ShownEvaluation['plots']['improvement_trajectory'];
type Point = Plot['points'][number];

interface TrajectoryLine {
  key: 'reward' | 'win_rate' | 'length_controlled_win_rate' | 'implicit_accuracy';
  label: string;
  /** Its name in the glossary. */
  metric: string;
  color: string;
  /** As `look` draws it, for the legend. */
  sign: string;
  look: PointLook;
  dash: string;
  side: 'left' | 'right';
}

/** Neutral colours: those of models, of chosen and of rejected would say what is not meant. Shapes as in the win rates' chart. */
const [left, right] = ['var(--mantine-color-teal-6)', 'var(--mantine-color-text)'];
const rateLook = { color: right, side: 'right' } as const;
const lines: readonly TrajectoryLine[] = [
  {
    key: 'reward',
    label: 'Mean reward (left)',
    metric: 'trajectory_reward',
    color: left,
    sign: '●',
    look: { shape: 'circle', hollow: false },
    dash: '',
    side: 'left',
  },
  {
    key: 'win_rate',
    label: 'Win rate against SFT',
    metric: 'win_rate',
    sign: '●',
    look: { shape: 'circle', hollow: false },
    dash: '6 4',
    ...rateLook,
  },
  {
    key: 'length_controlled_win_rate',
    label: 'Win rate, length-controlled',
    metric: 'length_controlled',
    sign: '○',
    look: { shape: 'circle', hollow: true },
    dash: '2 4',
    ...rateLook,
  },
  {
    key: 'implicit_accuracy',
    label: 'Implicit accuracy',
    metric: 'implicit_accuracy',
    sign: '■',
    look: { shape: 'square', hollow: false },
    dash: '8 3 2 3',
    ...rateLook,
  },
];

function PointTooltip({ point }: { point: Point | undefined }) {
  if (!point) return null;
  const reward = withInterval(point.reward, { low: point.reward_low, high: point.reward_high });
  const entries = lines.flatMap(({ key, label, color, sign }) => {
    const value = point[key];
    if (value === null) return [];
    return [{ label, value: key === 'reward' ? reward : formatPercent(value), color, sign }];
  });
  return <ChartTooltip title={modelTitle(point.model)} entries={entries} />;
}

const mark = ({ look, color }: TrajectoryLine) =>
  function Dot({ cx, cy }: { cx?: number; cy?: number }) {
    return cx === undefined || cy === undefined || Number.isNaN(cy) ? (
      <g />
    ) : (
      <PointMark cx={cx} cy={cy} look={look} color={color} size={4} />
    );
  };
const drawn = lines.map((line) => ({ ...line, Dot: mark(line) }));

export function TrajectoryChart({ plot }: { plot: Plot }) {
  const rows = plot.points.map((point) => ({ ...point, range: [point.reward_low, point.reward_high] }));
  const models = useModelAxis(40);
  const description = rows.map(({ model, reward }) => `${modelTitle(model)}: reward ${scoreText(reward)}`).join(', ');
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
          <XAxis {...models} />
          <YAxis
            yAxisId="left"
            width={60}
            tickFormatter={formatTick}
            {...axis}
            interval={0}
            {...roundAxis(rows.flatMap(({ range }) => range))}
            label={axisLabel('mean reward', 'left')}
          />
          <YAxis
            yAxisId="right"
            orientation="right"
            width={60}
            domain={[0, 1]}
            ticks={[0, 0.25, 0.5, 0.75, 1]}
            tickFormatter={(share: number) => `${100 * share}%`}
            {...axis}
            label={{ ...axisLabel('win rate, accuracy', 'left'), position: 'insideRight' }}
          />
          <Tooltip
            isAnimationActive={false}
            content={({ active, payload }) =>
              active ? <PointTooltip point={payload[0]?.payload as Point | undefined} /> : null
            }
          />
          <Area yAxisId="left" dataKey="range" stroke="none" fill={left} fillOpacity={0.15} isAnimationActive={false} />
          {drawn.map(({ key, label, color, dash, side, Dot }) => (
            <Line
              key={key}
              yAxisId={side}
              dataKey={key}
              name={label}
              stroke={color}
              strokeWidth={side === 'left' ? 2.5 : 1.5}
              strokeDasharray={dash}
              dot={<Dot />}
              isAnimationActive={false}
              connectNulls
            />
          ))}
        </ComposedChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
