/**
 * Metrics and summary figures as people read them: label, unit, which entry of the glossary explains them, and how their numbers
 * are written. Names are those that the trainers and stages report.
 */
import { dropReasonTitle } from './drop-reason';
import { formatInteger, formatNumber, formatPercent } from './format';
import { glossary } from './glossary';

/** 'value': fixed decimals, for what moves around 0; 'small': significant digits, for what may be tiny. */
export type MetricKind = 'value' | 'share' | 'count' | 'speed' | 'small';

export interface MetricName {
  label: string;
  /** Empty for a number without a unit. */
  unit: string;
  kind: MetricKind;
  /** Its name in the glossary; null where that has nothing to say. */
  help: string | null;
}

type Known = readonly [label: string, unit?: string, kind?: MetricKind, help?: string];

const nats = 'nats';
const tokens = 'tokens';

const known: Readonly<Record<string, Known>> = {
  loss: ['Loss', nats],
  first_loss: ['First loss', nats, 'value', 'loss'],
  perplexity: ['Perplexity'],
  accuracy: ['Accuracy', '', 'share'],
  'rewards/accuracies': ['Accuracy', '', 'share'],
  token_accuracy: ['Token accuracy', '', 'share'],
  train_accuracy: ['Accuracy on training pairs', '', 'share', 'accuracy'],
  held_out_accuracy: ['Accuracy on held-out pairs', '', 'share'],
  margin: ['Margin'],
  'rewards/margins': ['Margin', nats],
  'rewards/chosen': ['Implicit reward of chosen', nats],
  'rewards/rejected': ['Implicit reward of rejected', nats],
  'logps/chosen': ['Log-probability of chosen', nats],
  'logps/rejected': ['Log-probability of rejected', nats],
  kl: ['KL to the reference', nats],
  kl_sft: ['KL to SFT', nats],
  entropy: ['Entropy', nats],
  'length/chosen': ['Length of chosen', tokens],
  'length/rejected': ['Length of rejected', tokens],
  grad_norm: ['Gradient norm', '', 'small'],
  learning_rate: ['Learning rate', '', 'small'],
  tokens_per_second: ['Speed', 'tokens/s', 'speed'],
  tokens: ['Tokens of the step', '', 'count'],
  reward_mean: ['Mean reward'],
  reward_min: ['Lowest reward'],
  reward_max: ['Highest reward'],
  reward_std: ['Spread of rewards'],
  reward_chosen: ['Reward of chosen'],
  reward_rejected: ['Reward of rejected'],
  length_correlation: ['Correlation of reward and length'],
  length_coefficient: ['Length penalty a token', '', 'small'],
  examples: ['Examples', '', 'count'],
  steps: ['Steps', '', 'count'],
  prompts: ['Prompts', '', 'count'],
  responses: ['Responses', '', 'count'],
  pairs: ['Pairs', '', 'count'],
  kept: ['Pairs kept', '', 'count', 'pairs_kept'],
  original_pairs: ['Original pairs', '', 'count'],
  synthetic_pairs: ['Synthetic pairs', '', 'count'],
  playground_pairs: ['Pairs of the playground', '', 'count'],
  reviewed_pairs: ['Reviewed pairs', '', 'count'],
  mean_length: ['Mean length', tokens, 'value', 'response_length'],
  end_rate: ['Ended by themselves', '', 'share', 'end_token_rate'],
  win_rate_against_sft: ['Win rate against SFT', '', 'share', 'win_rate'],
  implicit_accuracy: ['Implicit accuracy', '', 'share'],
  implicit_margin: ['Implicit margin', nats],
  kl_from_sft: ['KL from SFT', 'nats a response'],
};

/** What is not known keeps its name, with spaces. */
export function metricName(name: string): MetricName {
  const dropped = /^dropped_(.+)$/.exec(name)?.[1];
  const entry: Known | undefined =
    dropped === undefined ? known[name] : [`Dropped: ${dropReasonTitle(dropped)}`, '', 'count'];
  const [label, unit = '', kind = 'value', help = name] = entry ?? [name.replaceAll('_', ' ')];
  return { label, unit, kind, help: help in glossary ? help : null };
}

/** As the tables of scores have it. */
const withMinus = (text: string): string => text.replace(/^-/, '−');

const DIGITS = 4;
/** Further decimals of rewards, losses and the like are noise of single steps. */
const DECIMALS = 4;

/** Four significant digits, no more than four decimals: -2.2e-9 -> '≈ 0', 0.69314718 -> '0.6931', 1234.56 -> '1235'. */
function formatValue(value: number): string {
  const text = formatNumber(Number(Number(value.toPrecision(DIGITS)).toFixed(DECIMALS)), DIGITS);
  return text === '0' && value !== 0 ? '≈ 0' : withMinus(text);
}

/** A figure in the digits that say something; without its unit. */
export function formatFigure(kind: MetricKind, value: number): string {
  if (!Number.isFinite(value)) return String(value);
  switch (kind) {
    case 'share':
      return formatPercent(value);
    case 'count':
      return formatInteger(value);
    case 'speed':
      return value >= 100 ? formatInteger(Math.round(value)) : formatNumber(value, 3);
    case 'small':
      return withMinus(formatNumber(value, DIGITS));
    case 'value':
      return formatValue(value);
  }
}

export const formatMetric = (name: string, value: number): string => formatFigure(metricName(name).kind, value);
