/** reward_distributions: how many responses of every model fall into each bin of reward. */
import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { ShownEvaluation } from '../../../protocol/evaluation';
import { ChartFrame } from '../../charts/chart-frame';
import { axis, axisLabel, ChartTooltip, formatTick, gridStroke } from '../../charts/chart-parts';
import { linearTicks } from '../../charts/scale';
import { formatInteger } from '../../primitives/format';
import { modelColor } from '../../primitives/model-colors';
import { binsOf, outlineOf, type Bin } from './distribution-outline';
import { recordsCsv } from './evaluation-csv';
import { modelTitle } from './model-names';
import { scoreText } from './score-format';

type Plot = ShownEvaluation['plots']['reward_distributions'];

/** One row a bin, one column a model. */
const csvOf = (plot: Plot) =>
  recordsCsv(
    binsOf(plot).map(({ low, high, counts }) => ({
      from: low,
      to: high,
      ...Object.fromEntries(plot.series.map(({ model }, index) => [model, counts[index]])),
    })),
  );

function BinTooltip({ bin, plot }: { bin: Bin | undefined; plot: Plot }) {
  if (!bin) return null;
  const entries = plot.series.map(({ model }, index) => ({
    label: modelTitle(model),
    value: formatInteger(bin.counts[index] ?? 0),
    color: modelColor(model),
  }));
  return <ChartTooltip title={`Reward ${scoreText(bin.low)} to ${scoreText(bin.high)}`} entries={entries} />;
}

export function DistributionsChart({ plot }: { plot: Plot }) {
  const legend = plot.series.map(({ model }) => ({ label: modelTitle(model), color: modelColor(model) }));
  const bins = binsOf(plot);
  const edges: [number, number] = [bins[0]?.low ?? 0, bins.at(-1)?.high ?? 1];
  return (
    <ChartFrame
      title="Reward distributions"
      unit="responses"
      legend={legend}
      description={`Histograms of the rewards of ${legend.map(({ label }) => label).join(', ')}`}
      help="reward_distribution"
      csv={() => csvOf(plot)}
      testId="plot-reward_distributions"
    >
      <ResponsiveContainer width="100%" height={260}>
        <AreaChart data={outlineOf(bins)} margin={{ top: 8, right: 12, bottom: 12, left: 4 }}>
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" vertical={false} />
          <XAxis
            dataKey="at"
            type="number"
            domain={edges}
            ticks={linearTicks(edges, 6)}
            tickFormatter={formatTick}
            {...axis}
            label={axisLabel('reward', 'bottom')}
          />
          <YAxis width={48} allowDecimals={false} {...axis} label={axisLabel('responses', 'left')} />
          <Tooltip
            isAnimationActive={false}
            cursor={false}
            content={({ active, payload }) =>
              active ? <BinTooltip bin={payload[0]?.payload as Bin | undefined} plot={plot} /> : null
            }
          />
          {plot.series.map(({ model }, index) => (
            <Area
              key={model}
              type="linear"
              activeDot={false}
              dataKey={(bin: Bin) => bin.counts[index]}
              name={modelTitle(model)}
              stroke={modelColor(model)}
              fill={modelColor(model)}
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
