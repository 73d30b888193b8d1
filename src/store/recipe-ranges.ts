/**
 * The usual range of every number of a recipe, and why a value outside of it is worth a second look. A warning never keeps a
 * run from starting: what is impossible is refused by the schema (protocol/recipe).
 */
import type { Recipe } from '../protocol/recipe';
import type { RecipeField } from './recipe-draft';

/** Models up to this many parameters stand far higher learning rates; the ranges of rates depend on it. */
export const smallModel = 100e6;

export interface UsualRange {
  min?: number;
  max?: number;
  /** What a value under `min` means. */
  low?: string;
  /** What a value over `max` means. */
  high?: string;
  /** This value has a meaning of its own and is never warned of. */
  except?: number;
}

type Ranges = Readonly<Partial<Record<RecipeField, UsualRange>>>;

const ranges: Ranges = {
  rounds: { max: 5, high: 'Late rounds tend to please the reward model more than the reader: watch the trajectory.' },
  checkpointEvery: { max: 100, high: 'A crash then loses much work.' },
  watchedPrompts: { max: 5, high: 'Training then stands still for longer at each quarter.' },
  memoryBudgetGb: {
    min: 0.5,
    low: 'Models over 100 M parameters hardly fit.',
    max: 14,
    high: 'More than a card with 15 GB, such as the T4, has to spare.',
  },
  trainPairs: { min: 200, low: 'A reward model learns little from so few pairs.', except: 0 },
  heldOutPairs: { min: 50, low: 'Held-out accuracy is then uncertain by more than 10 points.' },
  heldOutPrompts: { min: 50, low: 'A win rate is then uncertain by about 14 points or more.' },
  heldOutShare: {
    min: 0.05,
    low: 'The hash may hold out fewer prompts than asked for.',
    max: 0.5,
    high: 'More is held out than trained on.',
  },
  maxLength: {
    min: 64,
    low: 'Most prompts are cut.',
    max: 2048,
    high: 'Memory and time of attention grow with the square of the length.',
  },
  loraRank: {
    min: 4,
    low: 'The adapters can express little.',
    max: 128,
    high: 'Rarely better, and takes more memory.',
  },
  loraAlpha: { min: 1, low: 'The adapters hardly count.', max: 256, high: 'Works like a far higher learning rate.' },
  loraDropout: { max: 0.3, high: 'The adapters learn slowly.' },
  batchSize: { min: 8, low: 'Gradients are noisy.', max: 128, high: 'Few optimiser steps, each of them slow.' },
  microBatchSize: { max: 32, high: 'Takes much memory and is hardly quicker.' },
  warmupRatio: { max: 0.3, high: 'Much of the stage runs under its learning rate.' },
  weightDecay: { max: 0.1, high: 'Pulls the trained weights towards 0.' },
  adamBeta1: { min: 0.8, low: 'Steps follow single batches.', max: 0.95, high: 'Steps lag behind the gradient.' },
  adamBeta2: {
    min: 0.9,
    low: 'Step sizes jump.',
    max: 0.9999,
    high: 'Never settles in a stage of a few hundred steps.',
  },
  adamEpsilon: {
    min: 1e-9,
    low: 'May overflow for parameters with tiny gradients.',
    max: 1e-5,
    high: 'Shrinks the steps.',
  },
  maxGradNorm: { min: 0.1, low: 'Nearly every step is cut.', max: 10, high: 'Spikes of the loss are hardly cut.' },
  sftEpochs: { max: 3, high: 'The model begins to know the responses by heart.' },
  rewardEpochs: {
    max: 3,
    high: 'Reward models overfit after one or two passes: compare held-out accuracy with training.',
  },
  rewardHeadDropout: { max: 0.5, high: 'Most of what the head sees is noise.' },
  rewardMargin: { max: 2, high: 'Pushes scores apart also where the pair is close.' },
  rewardCentring: { max: 0.1, high: 'Competes with telling chosen from rejected.' },
  dpoEpochs: { max: 3, high: 'DPO overfits its pairs soon: margins grow while answers get worse.' },
  dpoBeta: {
    min: 0.01,
    low: 'Hardly anything holds the policy to its reference: it may drift into nonsense.',
    max: 1,
    high: 'The policy hardly moves from its reference.',
  },
  dpoLabelSmoothing: {
    max: 0.3,
    high: 'Assumes that nearly a third or more of the labels are wrong: little is left to learn.',
  },
  promptsPerRound: { min: 50, low: 'Few pairs remain after filtering.' },
  samplesPerPrompt: { max: 16, high: 'Time grows with every response; the best one improves little.' },
  temperatures: {
    min: 0.5,
    low: 'Responses to a prompt are much alike, so that few make a pair.',
    max: 1.5,
    high: 'Responses become incoherent, and DPO learns from noise.',
  },
  maxNewTokens: { min: 16, low: 'Most responses are cut.', max: 512, high: 'Generation takes most of the run’s time.' },
  topP: { min: 0.5, low: 'Only the likeliest words remain, so that responses are much alike.' },
  topK: { min: 10, low: 'Only the likeliest words remain, so that responses are much alike.', except: 0 },
  repetitionPenalty: {
    min: 0.9,
    low: 'Rewards repetition.',
    max: 1.3,
    high: 'Keeps even needed words from coming again.',
  },
  generationBatchSize: { max: 128, high: 'The cache of keys and values takes much memory.' },
  pairMinMargin: { max: 1.5, high: 'Few pairs remain.' },
  pairMaxSimilarity: { min: 0.7, low: 'Drops pairs that differ in what matters.' },
  evalTemperature: { max: 1.2, high: 'Compares noise more than models.' },
  evalBootstrapSamples: {
    min: 200,
    low: 'The intervals themselves are uncertain.',
    max: 10_000,
    high: 'Slow, and no more exact.',
  },
};

const collapse = 'higher rates tend to collapse the model into short or repeated answers.';

const loraRates: Ranges = {
  sftLearningRate: {
    min: 1e-6,
    low: 'Hardly learns anything.',
    max: 1e-3,
    high: 'LoRA usually takes 5e-5 to 5e-4; the loss may diverge.',
  },
  rewardLearningRate: {
    min: 1e-6,
    low: 'Hardly learns anything.',
    max: 5e-4,
    high: 'Usually 1e-5 to 2e-4; scores may run away.',
  },
  dpoLearningRates: {
    min: 1e-8,
    low: 'Hardly learns anything.',
    max: 1e-4,
    high: `DPO usually takes 5e-7 to 5e-5; ${collapse}`,
  },
};

const fullRates: Ranges = {
  sftLearningRate: {
    min: 1e-7,
    low: 'Hardly learns anything.',
    max: 1e-4,
    high: 'All weights usually take 5e-6 to 5e-5; the model forgets what it knew.',
  },
  rewardLearningRate: {
    min: 1e-7,
    low: 'Hardly learns anything.',
    max: 5e-5,
    high: 'All weights usually take 1e-6 to 2e-5; scores may run away.',
  },
  dpoLearningRates: {
    min: 1e-8,
    low: 'Hardly learns anything.',
    max: 1e-5,
    high: `DPO of all weights usually takes 1e-7 to 5e-6; ${collapse}`,
  },
};

const smallRates: Ranges = {
  sftLearningRate: {
    min: 1e-6,
    low: 'Hardly learns anything.',
    max: 5e-3,
    high: 'High even for a small model; the loss may diverge.',
  },
  rewardLearningRate: {
    min: 1e-6,
    low: 'Hardly learns anything.',
    max: 5e-3,
    high: 'High even for a small model; scores may run away.',
  },
  dpoLearningRates: {
    min: 1e-6,
    low: 'Hardly learns anything.',
    max: 2e-3,
    high: `High even for a small model; ${collapse}`,
  },
};

/** What the ranges depend on. `modelParameters` null while no model is chosen: then those of a large one. */
export interface RangeContext {
  parameters: Recipe['parameters'];
  modelParameters: number | null;
}

/** The usual range of a field; undefined for names, choices and the seed. */
export function usualRange(field: RecipeField, { parameters, modelParameters }: RangeContext): UsualRange | undefined {
  const small = modelParameters !== null && modelParameters <= smallModel;
  return (small ? smallRates : parameters === 'full' ? fullRates : loraRates)[field] ?? ranges[field];
}
