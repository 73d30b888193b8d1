/** Which metrics share a chart, with titles and the colours of their lines. Metrics that are not named here get a chart each. */
import { metricName, type MetricKind } from '../primitives/metric-names';
import { chosenColor, faintColor, rejectedColor } from '../primitives/model-colors';

export interface Series {
  /** The metric's name, as the trainers report it. */
  metric: string;
  label: string;
  color: string;
  /** Whether the colour says what the line is (chosen, rejected), in every round; else it is that of the stage's model. */
  fixed: boolean;
  /** As SVG has it; empty for a solid line. */
  dash: string;
}

export interface MetricGroup {
  title: string;
  /** The metric that the chart is about, where its lines are those of several runs. */
  metric?: string;
  /** Empty for numbers without a unit. */
  unit: string;
  kind: MetricKind;
  series: readonly Series[];
  /** The vertical axis, where it is fixed. */
  domain?: readonly [number, number];
}

type KnownSeries = Pick<Series, 'metric' | 'label'> & { color?: string; dash?: string };

interface KnownGroup extends Pick<MetricGroup, 'title' | 'domain'> {
  series: readonly KnownSeries[];
}

const dashed = '6 3';
const dotted = '2 3';

const single = (title: string, metric: string): KnownGroup => ({ title, series: [{ metric, label: title }] });

/** The two sides of pairs. */
const sides = (title: string, chosen: string, rejected: string): KnownGroup => ({
  title,
  series: [
    { metric: chosen, label: 'Chosen', color: chosenColor },
    { metric: rejected, label: 'Rejected', color: rejectedColor },
  ],
});

const known: readonly KnownGroup[] = [
  single('Loss', 'loss'),
  {
    title: 'Accuracy',
    domain: [0, 1],
    series: [
      { metric: 'accuracy', label: 'Pairs ranked right' },
      { metric: 'rewards/accuracies', label: 'Pairs ranked right' },
      { metric: 'token_accuracy', label: 'Tokens predicted right' },
    ],
  },
  {
    title: 'Margin',
    series: [
      { metric: 'margin', label: 'Chosen − rejected' },
      { metric: 'rewards/margins', label: 'Chosen − rejected' },
    ],
  },
  sides('Implicit rewards', 'rewards/chosen', 'rewards/rejected'),
  sides('Rewards of chosen and rejected', 'reward_chosen', 'reward_rejected'),
  {
    title: 'Rewards of the batch',
    series: [
      { metric: 'reward_mean', label: 'Mean' },
      { metric: 'reward_max', label: 'Highest', color: faintColor },
      { metric: 'reward_min', label: 'Lowest', color: faintColor, dash: dotted },
    ],
  },
  {
    title: 'KL divergence',
    series: [
      { metric: 'kl', label: 'To the reference' },
      { metric: 'kl_sft', label: 'To SFT', dash: dashed },
    ],
  },
  sides('Log-probabilities', 'logps/chosen', 'logps/rejected'),
  single('Perplexity', 'perplexity'),
  single('Entropy', 'entropy'),
  sides('Response length', 'length/chosen', 'length/rejected'),
  single('Gradient norm', 'grad_norm'),
  single('Learning rate', 'learning_rate'),
  single('Speed', 'tokens_per_second'),
  single('Tokens', 'tokens'),
];

/**
 * The groups that hold any of `metrics`, in a fixed order, each with only the series that are there.
 * @param color of the stage's model
 */
export function groupMetrics(metrics: readonly string[], color: string): MetricGroup[] {
  const present = new Set(metrics);
  const named = new Set(known.flatMap(({ series }) => series.map(({ metric }) => metric)));
  const others = metrics
    .filter((metric) => !named.has(metric))
    .map((metric) => single(metricName(metric).label, metric));
  return [...known, ...others].flatMap((group) => {
    const series = group.series.filter(({ metric }) => present.has(metric));
    const [first] = series;
    if (!first) return [];
    const { unit, kind } = metricName(first.metric);
    const lines = series.map((line) => ({ dash: '', color, ...line, fixed: line.color !== undefined }));
    return [{ ...group, unit, kind, series: lines }];
  });
}
