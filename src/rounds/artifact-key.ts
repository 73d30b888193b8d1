/**
 * Names for the result of a stage before it is computed: a hash of all that goes into it. Two runs that share a stage's
 * settings and inputs share its artifact. Recipe fields that a stage does not read are left out, so that changing, say,
 * the DPO rate does not train SFT again.
 */
import { contentHash } from '../data/content-hash';
import { ofRound, type Recipe } from '../protocol/recipe';
import type { StageKind } from '../protocol/run-state';
import { canonicalJson } from './canonical-json';
import type { StageSpec } from './stages';

/** Raised whenever the engine's results change for the same inputs: artifacts of older versions are then not reused. */
export const engineVersion = 3;

/** The engines agree within rounding only. */
const dataFields = [
  'engine',
  'seed',
  'trainPairs',
  'heldOutPairs',
  'heldOutPrompts',
  'heldOutShare',
  'refereeHalf',
  'maxLength',
  'promptFormat',
] as const;

const trainingFields = [
  ...dataFields,
  'parameters',
  'loraRank',
  'loraAlpha',
  'loraDropout',
  'loraTargets',
  'batchSize',
  'microBatchSize',
  'weightDecay',
  'adamBeta1',
  'adamBeta2',
  'adamEpsilon',
  'maxGradNorm',
  'schedule',
  'warmupRatio',
] as const;

/** `checkpointEvery` says which responses share a batch, here and in scoring. Training gives the same bits with any interval. */
const samplingFields = [
  'topK',
  'topP',
  'repetitionPenalty',
  'maxNewTokens',
  'generationBatchSize',
  'checkpointEvery',
] as const;

const rewardFields = [
  ...trainingFields,
  'rewardBase',
  'rewardLearningRate',
  'rewardEpochs',
  'rewardHeadDropout',
  'rewardMargin',
  'rewardCentring',
  'dropoutInPreferenceTraining',
] as const;

const fieldsOf: Record<StageKind, readonly (keyof Recipe)[]> = {
  sft: [...trainingFields, 'sftLearningRate', 'sftEpochs', 'sftLossOn'],
  reward: rewardFields,
  referee: rewardFields,
  generate: [...dataFields, ...samplingFields, 'samplesPerPrompt'],
  score: [
    'engine',
    'seed',
    'microBatchSize',
    'generationBatchSize',
    'checkpointEvery',
    'pairPolicy',
    'pairMinMargin',
    'pairKeepTruncated',
    'pairMaxSimilarity',
    'pairSafetyRules',
    'pairLengthControl',
  ],
  train: [...trainingFields, 'dpoBeta', 'dpoLabelSmoothing', 'dpoReference', 'dropoutInPreferenceTraining', 'dpoMix'],
  evaluate: [...dataFields, ...samplingFields, 'microBatchSize', 'dpoBeta', 'evalTemperature', 'evalBootstrapSamples'],
};

/** The values that a stage takes from the recipe's per-round lists. */
function roundValues(recipe: Recipe, { kind, round }: StageSpec): Record<string, unknown> {
  if (kind === 'generate') {
    // The numbers of all rounds so far say which prompts are still fresh.
    const promptCounts = Array.from({ length: round }, (_, i) => ofRound(recipe.promptsPerRound, i + 1));
    return { promptCounts, temperature: ofRound(recipe.temperatures, round) };
  }
  if (kind === 'train') {
    return { learningRate: ofRound(recipe.dpoLearningRates, round), epochs: ofRound(recipe.dpoEpochs, round) };
  }
  return {};
}

/**
 * @param inputs content hashes of everything else that goes in, by role: model, dataset, earlier artifacts
 * @returns 64 hex characters
 */
export async function artifactKey(stage: StageSpec, recipe: Recipe, inputs: Record<string, string>): Promise<string> {
  const settings = Object.fromEntries(fieldsOf[stage.kind].map((field) => [field, recipe[field]]));
  const all = { engineVersion, stage: stage.id, settings, round: roundValues(recipe, stage), inputs };
  return contentHash(canonicalJson(all));
}

/** Content hash of an artifact's files. */
export async function filesHash(files: Record<string, Uint8Array>): Promise<string> {
  const names = Object.keys(files).toSorted();
  return contentHash(...names.flatMap((name) => [name, files[name] ?? new Uint8Array()]));
}
