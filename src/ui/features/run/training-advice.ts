/**
 * What is typical and worth a word in a stage's figures: what it means and what to do. Pure, over the curve and the summaries.
 * The thresholds are choices of this project, each with its reason.
 */
import type { Recipe } from '../../../protocol/recipe';
import type { MetricPoint, StageState } from '../../../protocol/run-state';

export interface Advice {
  id: string;
  title: string;
  meaning: string;
  remedy: string;
}

export interface AdviceInput {
  stage: Pick<StageState, 'kind' | 'round' | 'summary' | 'status'>;
  points: readonly MetricPoint[];
  /** All stages of the run, for comparing rounds. */
  stages: readonly Pick<StageState, 'kind' | 'round' | 'summary'>[];
  recipe: Recipe;
}

/** With fewer points a mean over a quarter says nothing. */
const ENOUGH_POINTS = 20;
/** fp16 weights and batches of pairs leave the first loss within 1e-4 of ln 2; more means another reference. */
const START_TOLERANCE = 1e-3;
/** A batch is all right by chance now and then; the first tenth of the steps is not. */
const PERFECT = 0.99;
/** Under fp32's rounding of any real gradient. */
const NO_GRADIENT = 1e-9;
const NO_GRADIENT_STEPS = 3;
/** Nats a token: at 0.5 each token's probability has changed by a factor of 1.65 on average. */
const FAR_KL = 0.5;
/** Responses that are a quarter longer are longer for a reader too. */
const LONGER = 1.25;
/** Noise of a batch is less than a tenth of the loss over a quarter of the steps. */
const WORSE_LOSS = 1.1;
/** 50% is chance; on 200 held-out pairs its standard error is 3.5%. */
const CHANCE = 0.55;

const valuesOf = (points: readonly MetricPoint[], metric: string): number[] =>
  points.flatMap(({ values }) => values[metric] ?? []);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const firstQuarter = (values: readonly number[]): number => mean(values.slice(0, Math.ceil(values.length / 4)));
const lastQuarter = (values: readonly number[]): number => mean(values.slice(-Math.ceil(values.length / 4)));

type Rule = (input: AdviceInput) => Advice | null;

const startsAtReference = ({ stage, recipe }: AdviceInput): boolean =>
  (stage.round === 1 || recipe.dpoReference === 'previous') && !recipe.dropoutInPreferenceTraining;

const wrongStart: Rule = (input) => {
  const first = input.points[0];
  const loss = first?.values['loss'];
  if (input.stage.kind !== 'train' || first?.step !== 1 || loss === undefined || !startsAtReference(input)) return null;
  if (Math.abs(loss - Math.LN2) <= START_TOLERANCE) return null;
  return {
    id: 'start',
    title: `The first loss is ${loss.toFixed(4)}, not ln 2 = 0.6931`,
    meaning:
      'Before the first step the model and its reference are the same, so that no pair can be preferred. Another loss means that it is compared with a wrong reference.',
    remedy:
      'Do not trust this round. Start it again; if it happens again, report it with the copy of the System page’s report.',
  };
};

const bothFall: Rule = ({ stage, points }) => {
  const [chosen, rejected, margins] = ['rewards/chosen', 'rewards/rejected', 'rewards/margins'].map((metric) =>
    valuesOf(points, metric),
  );
  if (stage.kind !== 'train' || !chosen || !rejected || !margins || chosen.length < ENOUGH_POINTS) return null;
  const margin = lastQuarter(margins);
  if (lastQuarter(chosen) >= -Math.max(0, margin) || lastQuarter(rejected) >= 0) return null;
  return {
    id: 'both-fall',
    title: 'Both rewards fall',
    meaning:
      'Chosen and rejected responses both become less likely, chosen ones by more than the margin between them. Some of this is usual in DPO; so much of it means that probability goes to other texts.',
    remedy:
      'Read the evaluation’s responses. If they get worse: raise beta, lower the learning rate, or train for fewer epochs.',
  };
};

const perfectAtOnce: Rule = ({ stage, points }) => {
  const accuracies = valuesOf(points, stage.kind === 'train' ? 'rewards/accuracies' : 'accuracy');
  if (!['reward', 'referee', 'train'].includes(stage.kind) || accuracies.length < ENOUGH_POINTS) return null;
  // The first step of DPO compares equal models.
  const early = accuracies.slice(1, 1 + Math.max(3, Math.ceil(accuracies.length / 10)));
  if (mean(early) < PERFECT) return null;
  return {
    id: 'perfect',
    title: 'Accuracy is at 100% at once',
    meaning:
      'The pairs differ in something that is trivial to see, such as their length, an end mark or a refusal phrase, and the model learns just that.',
    remedy:
      'Look at some pairs. Remove what gives the rejected ones away, or use pairs that differ in what you care about.',
  };
};

const noGradient: Rule = ({ points }) => {
  const norms = valuesOf(points, 'grad_norm');
  let zeros = 0;
  for (const norm of norms) {
    zeros = norm < NO_GRADIENT ? zeros + 1 : 0;
    if (zeros >= NO_GRADIENT_STEPS)
      return {
        id: 'no-gradient',
        title: 'The gradient is zero',
        meaning: 'Nothing is learned in these steps: the loss no longer depends on what is trained.',
        remedy:
          'Check that responses are not cut away by the length limit, and that the learning rate’s warm-up and the LoRA targets are as meant.',
      };
  }
  return null;
};

const farAway: Rule = ({ stage, points }) => {
  const kl = valuesOf(points, 'kl').map(Math.abs);
  if (stage.kind !== 'train' || kl.length < ENOUGH_POINTS || lastQuarter(kl) < FAR_KL) return null;
  return {
    id: 'kl',
    title: 'The model runs away from its reference',
    meaning: `On the pairs, a token’s log-probability has moved by ${lastQuarter(kl).toFixed(2)} nats on average. So far from the reference the reward model’s scores mean little.`,
    remedy:
      'Lower the learning rate or the epochs, or raise beta. Compare this round with the one before in the evaluation.',
  };
};

const lossRises: Rule = ({ points }) => {
  const losses = valuesOf(points, 'loss');
  if (losses.length < ENOUGH_POINTS || lastQuarter(losses) < WORSE_LOSS * firstQuarter(losses)) return null;
  return {
    id: 'loss',
    title: 'The loss rises',
    meaning: 'At its end the stage is worse than at its beginning: the steps are too large.',
    remedy: 'Lower the learning rate, often to a third.',
  };
};

const longer: Rule = ({ stage, stages }) => {
  const length = stage.summary['mean_length'];
  const first = stages.find(({ kind, round }) => kind === 'generate' && round === 1)?.summary['mean_length'];
  if (stage.kind !== 'generate' || stage.round < 2 || length === undefined || first === undefined) return null;
  if (length < LONGER * first) return null;
  return {
    id: 'length',
    title: 'Responses get longer',
    meaning: `They have ${length.toFixed(0)} tokens on average, ${first.toFixed(0)} in round 1. Reward models like long responses, so that part of the reward may be length alone.`,
    remedy: 'Look at the length-controlled win rate. Switch length control of pairs on.',
  };
};

const chance: Rule = ({ stage }) => {
  const accuracy = stage.summary['held_out_accuracy'];
  const judges = stage.kind === 'reward' || stage.kind === 'referee';
  if (!judges || accuracy === undefined || accuracy >= CHANCE) return null;
  const name = stage.kind === 'reward' ? 'reward model' : 'referee';
  const consequence =
    stage.kind === 'reward' ? 'The rounds would learn from noise.' : 'Its verdict on the rounds means little.';
  return {
    id: 'chance',
    title: `The ${name} is hardly better than chance`,
    meaning: `It ranks ${(100 * accuracy).toFixed(0)}% of the held-out pairs right; 50% is a coin. ${consequence}`,
    remedy: 'More pairs, more epochs or a higher rate of the reward model; or check the labels.',
  };
};

const rules: readonly Rule[] = [wrongStart, bothFall, perfectAtOnce, noGradient, farAway, lossRises, longer, chance];

export function trainingAdvice(input: AdviceInput): Advice[] {
  return rules.flatMap((rule) => rule(input) ?? []);
}
