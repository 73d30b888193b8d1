/** reward_distributions: how many responses of every model fall into each bin of reward. */
import type { ShownEvaluation } from '../../../protocol/evaluation';
import { HistogramChart } from '../../charts/histogram-chart';
import { modelColor } from '../../primitives/model-colors';
import { modelTitle } from './model-names';
import { scoreText } from './score-format';

export function DistributionsChart({ plot }: { plot: ShownEvaluation['plots']['reward_distributions'] }) {
  const series = plot.series.map(({ model, counts }) => ({
    ...{ label: modelTitle(model), color: modelColor(model) },
    ...{ counts, column: model },
  }));
  return (
    <HistogramChart
      title="Reward distributions"
      counted="responses"
      axisTitle="reward"
      edges={plot.bin_edges}
      series={series}
      text={scoreText}
      help="reward_distribution"
      height={260}
      testId="plot-reward_distributions"
    />
  );
}
