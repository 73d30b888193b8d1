/** What the recipe means for each trainer and for generation. Defaults and validation are in src/protocol/recipe.ts. */
import { seededRandom } from '../data/seeded-random';
import type { GenerationSettings } from '../generation/generate';
import type { LoraConfig } from '../model/adapter-types';
import type { ModelConfig } from '../model/config';
import { defaultLoraTargets } from '../model/weight-specs';
import { ofRound, type Recipe } from '../protocol/recipe';
import type { DpoSettings, RewardSettings, SftSettings, TrainingSettings } from '../training/settings';
import { stageId } from './stages';

/** The seed of a stage: each one draws from its own stream, so adding a round changes nothing before it. */
export function stageSeed(recipe: Recipe, stage: string): number {
  return Math.floor(seededRandom(recipe.seed, 'stage', stage)() * 2 ** 32);
}

export function loraConfig(recipe: Recipe, config: ModelConfig): LoraConfig {
  return {
    rank: recipe.loraRank,
    alpha: recipe.loraAlpha,
    dropout: recipe.loraDropout,
    targets: recipe.loraTargets.length > 0 ? recipe.loraTargets : defaultLoraTargets(config),
  };
}

/** What all trainers share. @param dropout whether this stage uses LoRA dropout at all */
function trainingSettings(
  recipe: Recipe,
  stage: string,
  own: { learningRate: number; epochs: number; dropout: boolean },
): TrainingSettings {
  return {
    seed: stageSeed(recipe, stage),
    epochs: own.epochs,
    batchSize: recipe.batchSize,
    microBatchSize: recipe.microBatchSize,
    learningRate: own.learningRate,
    schedule: recipe.schedule,
    warmup: { ratio: recipe.warmupRatio },
    weightDecay: recipe.weightDecay,
    decayBiases: false,
    beta1: recipe.adamBeta1,
    beta2: recipe.adamBeta2,
    epsilon: recipe.adamEpsilon,
    maxGradNorm: recipe.maxGradNorm,
    gradientCheckpointing: recipe.gradientCheckpointing,
    dropout: own.dropout && recipe.parameters === 'lora' ? recipe.loraDropout : 0,
    shuffle: true,
  };
}

export function sftSettings(recipe: Recipe): SftSettings {
  const own = { learningRate: recipe.sftLearningRate, epochs: recipe.sftEpochs, dropout: true };
  return { ...trainingSettings(recipe, 'sft', own), lossOn: recipe.sftLossOn };
}

/** @param stage the referee is trained alike, with a seed of its own */
export function rewardSettings(recipe: Recipe, stage: 'reward' | 'referee' = 'reward'): RewardSettings {
  const own = {
    learningRate: recipe.rewardLearningRate,
    epochs: recipe.rewardEpochs,
    dropout: recipe.dropoutInPreferenceTraining,
  };
  return {
    ...trainingSettings(recipe, stage, own),
    headDropout: recipe.rewardHeadDropout,
    margin: recipe.rewardMargin,
    centring: recipe.rewardCentring,
    train: 'adapter-and-head',
  };
}

export function dpoSettings(recipe: Recipe, round: number): DpoSettings {
  const own = {
    learningRate: ofRound(recipe.dpoLearningRates, round),
    epochs: ofRound(recipe.dpoEpochs, round),
    dropout: recipe.dropoutInPreferenceTraining,
  };
  return {
    ...trainingSettings(recipe, stageId('train', round), own),
    beta: recipe.dpoBeta,
    labelSmoothing: recipe.dpoLabelSmoothing,
  };
}

/** Sequences that are scored at once: by the fused engine as many as reward training passes over, so that its plan holds. */
export function scoringBatch({ engine, microBatchSize, generationBatchSize }: Recipe): number {
  return engine === 'fused' ? 2 * microBatchSize : generationBatchSize;
}

/** Sampling of a round's candidate responses. */
export function generationSettings(recipe: Recipe, round: number, endTokenIds: number[]): GenerationSettings {
  return {
    ...decoding(recipe, endTokenIds),
    samplesPerPrompt: recipe.samplesPerPrompt,
    temperature: ofRound(recipe.temperatures, round),
    seed: stageSeed(recipe, stageId('generate', round)),
  };
}

/** Decoding of held-out prompts: the same for every model and round, or comparisons would mean nothing. */
export function evaluationSettings(recipe: Recipe, endTokenIds: number[]): GenerationSettings {
  return {
    ...decoding(recipe, endTokenIds),
    samplesPerPrompt: 1,
    temperature: recipe.evalTemperature,
    seed: stageSeed(recipe, 'evaluate'),
  };
}

function decoding(recipe: Recipe, endTokenIds: number[]) {
  const { topK, topP, repetitionPenalty, maxNewTokens, generationBatchSize } = recipe;
  return { topK, topP, repetitionPenalty, maxNewTokens, batchSize: generationBatchSize, endTokenIds };
}
