/** Which metrics share a chart, with names and units for people. Metrics that are not named here get a chart each. */
import { chosenColor, rejectedColor, roundColor } from '../primitives/model-colors';

export interface Series {
  /** The metric's name, as the trainers report it. */
  metric: string;
  label: string;
  color: string;
}

export interface MetricGroup {
  title: string;
  unit: string;
  series: readonly Series[];
  /** The vertical axis, where it is fixed. */
  domain?: readonly [number, number];
}

const teal = 'var(--mantine-color-teal-6)';
const blue = 'var(--mantine-color-blue-6)';
const orange = 'var(--mantine-color-orange-6)';
const grape = 'var(--mantine-color-grape-6)';

const single = (title: string, unit: string, metric: string, color = teal): MetricGroup => ({
  title,
  unit,
  series: [{ metric, label: title, color }],
});

const known: readonly MetricGroup[] = [
  single('Loss', 'nats', 'loss'),
  {
    title: 'Accuracy',
    unit: 'share',
    domain: [0, 1],
    series: [
      { metric: 'accuracy', label: 'Pairs ranked right', color: teal },
      { metric: 'rewards/accuracies', label: 'Pairs ranked right', color: teal },
      { metric: 'token_accuracy', label: 'Tokens predicted right', color: teal },
    ],
  },
  {
    title: 'Margin',
    unit: 'reward',
    series: [
      { metric: 'margin', label: 'Chosen − rejected', color: teal },
      { metric: 'rewards/margins', label: 'Chosen − rejected', color: teal },
    ],
  },
  {
    title: 'Implicit rewards',
    unit: 'nats',
    series: [
      { metric: 'rewards/chosen', label: 'Chosen', color: chosenColor },
      { metric: 'rewards/rejected', label: 'Rejected', color: rejectedColor },
    ],
  },
  {
    title: 'Rewards',
    unit: 'reward',
    series: [
      { metric: 'reward_max', label: 'Highest', color: teal },
      { metric: 'reward_mean', label: 'Mean', color: blue },
      { metric: 'reward_min', label: 'Lowest', color: orange },
    ],
  },
  {
    title: 'KL divergence',
    unit: 'nats',
    series: [
      { metric: 'kl', label: 'To the reference', color: teal },
      { metric: 'kl_sft', label: 'To SFT', color: roundColor(0) },
    ],
  },
  {
    title: 'Log-probabilities',
    unit: 'nats',
    series: [
      { metric: 'logps/chosen', label: 'Chosen', color: chosenColor },
      { metric: 'logps/rejected', label: 'Rejected', color: rejectedColor },
    ],
  },
  single('Perplexity', 'tokens', 'perplexity'),
  single('Entropy', 'nats', 'entropy', grape),
  {
    title: 'Response length',
    unit: 'tokens',
    series: [
      { metric: 'length/chosen', label: 'Chosen', color: chosenColor },
      { metric: 'length/rejected', label: 'Rejected', color: rejectedColor },
    ],
  },
  single('Gradient norm', 'global', 'grad_norm', grape),
  single('Learning rate', 'per step', 'learning_rate'),
  single('Speed', 'tokens/s', 'tokens_per_second'),
  single('Tokens', 'tokens', 'tokens'),
];

/** The groups that hold any of `metrics`, in a fixed order, each with only the series that are there. */
export function groupMetrics(metrics: readonly string[]): MetricGroup[] {
  const present = new Set(metrics);
  const groups = known.map((group) => ({ ...group, series: group.series.filter(({ metric }) => present.has(metric)) }));
  const named = new Set(known.flatMap(({ series }) => series.map(({ metric }) => metric)));
  const others = metrics.filter((metric) => !named.has(metric)).map((metric) => single(metric, '', metric, grape));
  return [...groups.filter(({ series }) => series.length > 0), ...others];
}
