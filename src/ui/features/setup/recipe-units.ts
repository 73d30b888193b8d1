/** The unit of recipe fields, as it stands beside their help: what a number counts. Texts, choices and plain numbers have none. */
import type { RecipeField } from '../../../store/recipe-draft';

const tokens = 'tokens';
const share = 'share, 0 to 1';
const rate = 'per step';

export const fieldUnits: Readonly<Partial<Record<RecipeField, string>>> = {
  rounds: 'rounds',
  checkpointEvery: 'steps or batches',
  watchedPrompts: 'prompts',
  memoryBudgetGb: 'GB (10⁹ bytes)',
  trainPairs: 'pairs',
  heldOutPairs: 'pairs',
  heldOutPrompts: 'prompts',
  heldOutShare: share,
  maxLength: tokens,
  loraRank: 'dimensions',
  loraDropout: share,
  batchSize: 'examples or pairs a step',
  microBatchSize: 'examples or pairs at once',
  weightDecay: 'per step, times the learning rate',
  adamBeta1: share,
  adamBeta2: share,
  maxGradNorm: 'norm of the gradient',
  warmupRatio: 'share of the steps, 0 to 1',
  sftLearningRate: rate,
  sftEpochs: 'passes over the data',
  rewardLearningRate: rate,
  rewardEpochs: 'passes over the pairs',
  rewardHeadDropout: share,
  rewardMargin: 'reward',
  rewardCentring: 'weight in the loss',
  dpoLearningRates: `${rate}; one a round`,
  dpoEpochs: 'passes over the pairs; one a round',
  dpoLabelSmoothing: share,
  promptsPerRound: 'prompts; one number a round',
  samplesPerPrompt: 'responses',
  temperatures: 'one a round',
  topK: tokens,
  topP: 'probability, 0 to 1',
  repetitionPenalty: 'factor',
  maxNewTokens: tokens,
  generationBatchSize: 'responses',
  pairMinMargin: 'standard deviations of the scores',
  pairMaxSimilarity: 'similarity, 0 to 1',
  evalBootstrapSamples: 'samples',
};
