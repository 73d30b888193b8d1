/** What each stage of a recipe keeps on the GPU at the same time, for the memory plan: the largest batch it can meet. */
import type { WeightType } from '../../gpu/kernel';
import type { Recipe } from '../../protocol/recipe';
import type { LoraConfig } from '../adapter-types';
import type { ModelConfig } from '../config';
import { prefillTokensFor } from './generation-memory';
import { memoryPlan, type MemoryPlan, type MemoryWork, type PassWork } from './plan';

export type PlannedStage = 'sft' | 'reward' | 'train' | 'generate' | 'score';

type RecipeSizes = Pick<
  Recipe,
  'maxLength' | 'microBatchSize' | 'generationBatchSize' | 'dpoReference' | 'gradientCheckpointing'
>;

/**
 * @param lora of all adapters; null where all weights are trained
 * Pairs count as two sequences that share nothing: an upper bound, which a shared prompt lowers.
 */
export function stageWorks(
  recipe: RecipeSizes,
  lora: LoraConfig | null,
  weightType: WeightType,
): Record<PlannedStage, MemoryWork> {
  const { maxLength, microBatchSize, generationBatchSize, dpoReference, gradientCheckpointing } = recipe;
  const pass = (sequences: number, read: 'targets' | 'last token', training: boolean): PassWork => ({
    tokens: sequences * maxLength,
    rows: read === 'targets' ? sequences * maxLength : sequences,
    sequences,
    longest: maxLength,
    training,
    checkpointing: training && gradientCheckpointing,
  });
  const stage = (sets: number, trains: boolean, ...passes: PassWork[]): MemoryWork => ({
    weightType,
    lora,
    sets,
    trains,
    passes,
    generation: null,
  });
  const pair = 2 * microBatchSize;
  const generation = { slots: generationBatchSize, capacity: maxLength, prefillTokens: prefillTokensFor(maxLength) };
  return {
    sft: stage(1, true, pass(microBatchSize, 'targets', true)),
    reward: stage(1, true, pass(pair, 'last token', true), pass(pair, 'last token', false)),
    train: stage(dpoReference === 'sft' ? 2 : 3, true, pass(pair, 'targets', true), pass(pair, 'targets', false)),
    generate: { ...stage(1, false), generation },
    score: stage(1, false, pass(microBatchSize, 'last token', false)),
  };
}

/** The plan of every stage. A run fits when all of them do. */
export function recipePlan(
  config: ModelConfig,
  recipe: RecipeSizes,
  lora: LoraConfig | null,
  weightType: WeightType,
  budgetBytes: number,
): Record<PlannedStage, MemoryPlan> {
  const works = Object.entries(stageWorks(recipe, lora, weightType));
  return Object.fromEntries(works.map(([stage, work]) => [stage, memoryPlan(config, work, budgetBytes)])) as Record<
    PlannedStage,
    MemoryPlan
  >;
}
