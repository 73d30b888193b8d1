/** The rows of the table of figures: what each is, and its value of a model as text. Pure. */
import type { EvaluatedModel, ShownWinRate } from '../../../protocol/evaluation';
import { formatPercent } from '../../primitives/format';
import { modelTitle } from './model-names';
import { intervalText, scoreText, signed, type Interval } from './score-format';

export interface FigureValue {
  text: string;
  /** '[0.512, 0.556]', where there is one. */
  interval?: string;
}

export interface Figure {
  label: string;
  help: string;
  /** Its name in the glossary. */
  metric: string;
  /** null where the model has none. */
  value: (model: EvaluatedModel) => FigureValue | null;
}

const estimate = (value: number, interval: Interval, show: (value: number) => string): FigureValue => ({
  text: show(value),
  interval: intervalText(interval, show),
});
const plain = (value: number | null | undefined, show: (value: number) => string): FigureValue | null =>
  value === null || value === undefined ? null : { text: show(value) };

const figures: readonly Figure[] = [
  {
    label: 'Reward',
    metric: 'reward',
    help: 'Mean on the held-out prompts, 95% interval',
    value: ({ reward }) => estimate(reward.mean, reward.interval, scoreText),
  },
  {
    label: 'Reward, spread',
    metric: 'reward_std',
    help: 'Standard deviation',
    value: ({ reward }) => plain(reward.std, scoreText),
  },
  {
    label: 'Referee',
    metric: 'referee',
    help: 'Mean score by the referee, 95% interval',
    value: ({ referee }) => (referee ? estimate(referee.mean, referee.interval, scoreText) : null),
  },
  {
    label: 'Referee, against SFT',
    metric: 'referee',
    help: 'Mean difference prompt by prompt, 95% interval',
    value: ({ referee }) => {
      const against = referee?.against_sft;
      return against ? estimate(against.difference, against.interval, signed) : null;
    },
  },
  {
    label: 'Implicit accuracy',
    metric: 'implicit_accuracy',
    help: 'Held-out pairs ranked right, against the reference',
    value: ({ implicit_rewards: implicit }) => plain(implicit.against_reference?.accuracy, formatPercent),
  },
  {
    label: 'Implicit margin',
    metric: 'implicit_margin',
    help: 'Held-out pairs, mean reward difference',
    value: ({ implicit_rewards: implicit }) => plain(implicit.against_reference?.margin, scoreText),
  },
  {
    label: 'KL from SFT',
    metric: 'kl_from_sft',
    help: 'Mean, in nats a response',
    value: ({ kl_from_sft: kl }) => plain(kl?.per_response, scoreText),
  },
  {
    label: 'Response length',
    metric: 'response_length',
    help: 'Mean, in tokens',
    value: ({ response_length: length }) => plain(length.mean, (tokens) => tokens.toFixed(1)),
  },
  {
    label: 'End-token rate',
    metric: 'end_token_rate',
    help: 'Responses that end by themselves',
    value: (model) => plain(model.end_token_rate, formatPercent),
  },
  {
    label: 'Distinct-1',
    metric: 'distinct',
    help: 'Different words, of all words',
    value: (model) => plain(model.distinct_1, formatPercent),
  },
  {
    label: 'Distinct-2',
    metric: 'distinct',
    help: 'Different word pairs, of all word pairs',
    value: (model) => plain(model.distinct_2, formatPercent),
  },
  {
    label: 'Repetition',
    metric: 'repetition',
    help: 'Share of repeated 4-grams',
    value: (model) => plain(model.repetition, formatPercent),
  },
];

interface WinJudge {
  by: string;
  duels: (model: EvaluatedModel) => readonly ShownWinRate[];
}

const winJudges: readonly WinJudge[] = [
  { by: 'By reward', duels: ({ win_rates }) => win_rates },
  { by: 'By the referee', duels: ({ referee }) => referee?.win_rates ?? [] },
];

/** Of one judge: against every opponent plain and length-controlled. */
function winFigures({ by, duels }: WinJudge, models: readonly EvaluatedModel[]): Figure[] {
  const opponents = [...new Set(models.flatMap((model) => duels(model).map(({ against }) => against)))];
  return opponents.flatMap((against): Figure[] => {
    const of = (model: EvaluatedModel) => duels(model).find((duel) => duel.against === against);
    const label = `Win rate against ${modelTitle(against)}`;
    return [
      {
        label,
        metric: 'win_rate',
        help: `${by}, 95% interval`,
        value: (model) => {
          const duel = of(model);
          return duel ? estimate(duel.win_rate, duel.interval, formatPercent) : null;
        },
      },
      {
        label,
        metric: 'length_controlled',
        help: `${by}, length-controlled, 95% interval`,
        value: (model) => {
          const duel = of(model);
          return duel ? estimate(duel.length_controlled, duel.length_controlled_interval, formatPercent) : null;
        },
      },
    ];
  });
}

/** The figures that at least one of the models has, win rates last. */
export function figuresOf(models: readonly EvaluatedModel[]): Figure[] {
  const wins = winJudges.flatMap((judge) => winFigures(judge, models));
  return [...figures, ...wins].filter(({ value }) => models.some((model) => value(model) !== null));
}
