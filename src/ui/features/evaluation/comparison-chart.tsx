/** reward_comparison: the mean reward of every model with its 95% interval. */
import {
  Bar,
  BarChart,
  CartesianGrid,
  Cell,
  ErrorBar,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { ShownEvaluation } from '../../../protocol/evaluation';
import { ChartFrame } from '../../charts/chart-frame';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from '../../charts/chart-parts';
import { roundAxis } from '../../charts/round-axis';
import { modelColor } from '../../primitives/model-colors';
import { recordsCsv } from './evaluation-csv';
import { useModelAxis } from './model-axis';
import { modelTitle } from './model-names';
import { intervalText, scoreText } from './score-format';

type Plot = ShownEvaluation['plots']['reward_comparison'];
type Bars = Plot['bars'][number];

function BarTooltip({ bar, color }: { bar: Bars | undefined; color: string }) {
  if (!bar) return null;
  const entries = [
    { label: 'Mean reward', value: scoreText(bar.mean), color },
    { label: '95% interval', value: intervalText(bar), color },
  ];
  return <ChartTooltip title={modelTitle(bar.model)} entries={entries} />;
}

export function ComparisonChart({ plot }: { plot: Plot }) {
  const rows = plot.bars.map((bar) => ({
    ...bar,
    reach: [bar.mean - bar.low, bar.high - bar.mean] as [number, number],
  }));
  const models = useModelAxis(0);
  const description = rows.map(({ model, mean }) => `${modelTitle(model)} ${scoreText(mean)}`).join(', ');
  return (
    <ChartFrame
      title="Reward comparison"
      unit="mean reward"
      legend={[]}
      description={description}
      help="reward"
      csv={() => recordsCsv(plot.bars)}
      testId="plot-reward_comparison"
    >
      <ResponsiveContainer width="100%" height={260}>
        <BarChart data={rows} margin={{ top: 8, right: 12, bottom: 4, left: 4 }}>
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" vertical={false} />
          <XAxis {...models} />
          <YAxis
            width={60}
            tickFormatter={formatTick}
            {...axis}
            interval={0}
            {...roundAxis([0, ...plot.bars.flatMap(({ low, high }) => [low, high])])}
            label={axisLabel('mean reward', 'left')}
          />
          <ReferenceLine y={0} stroke="var(--mantine-color-dimmed)" />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: 'var(--mantine-color-default-hover)' }}
            content={({ active, payload }) => {
              const bar = payload[0]?.payload as Bars | undefined;
              return active ? <BarTooltip bar={bar} color={modelColor(bar?.model ?? '')} /> : null;
            }}
          />
          <Bar dataKey="mean" maxBarSize={64} isAnimationActive={false}>
            {rows.map(({ model }) => (
              <Cell key={model} fill={modelColor(model)} />
            ))}
            <ErrorBar dataKey="reach" width={8} stroke="var(--mantine-color-text)" isAnimationActive={false} />
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
