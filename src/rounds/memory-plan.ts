/** The memory plan of a recipe as the page shows it, and the refusal of a run that cannot fit. The figures are the engine's. */
import type { ModelConfig } from '../model/config';
import { recipePlan } from '../model/fused/stage-memory';
import { InputError } from '../protocol/errors';
import type { Recipe } from '../protocol/recipe';
import type { MemoryPlan } from '../protocol/memory-plan';
import type { StageKind } from '../protocol/run-state';
import { loraConfig } from './settings';

const order = ['sft', 'reward', 'generate', 'score', 'train'] as const satisfies readonly StageKind[];

export type PlannedKind = (typeof order)[number];

const titles: Record<PlannedKind, string> = {
  sft: 'Supervised fine-tuning',
  reward: 'The reward model',
  generate: 'Generation',
  score: 'Scoring',
  train: 'DPO training',
};

/** Of all stages, or of those named; null for the definition engine, whose memory is tfjs's own affair. */
export function planMemory(
  config: ModelConfig,
  recipe: Recipe,
  kinds: readonly PlannedKind[] = order,
): MemoryPlan | null {
  if (recipe.engine === 'definition') return null;
  const budgetBytes = recipe.memoryBudgetGb * 1e9;
  const lora = recipe.parameters === 'lora' ? loraConfig(recipe, config) : null;
  // Packed and native halves take the same bytes.
  const plans = recipePlan(config, recipe, lora, 'packed', budgetBytes);
  const refused = kinds.flatMap((kind) => (plans[kind].refusal === null ? [] : [{ kind, why: plans[kind].refusal }]));
  return {
    budgetBytes,
    stages: kinds.flatMap((kind) => {
      const { total, bytes, keptBlocks } = plans[kind];
      // The referee is trained as the reward model is, alone on the GPU.
      const kinds: StageKind[] = kind === 'reward' && recipe.refereeHalf ? ['reward', 'referee'] : [kind];
      return kinds.map((stage) => ({ kind: stage, bytes: total, byCategory: { ...bytes }, keptBlocks }));
    }),
    blocks: config.layers,
    refusal: refused[0] ? refusalText(refused[0].kind, refused[0].why) : null,
  };
}

/** @throws InputError when a stage of the recipe, or of those named, cannot fit the budget */
export function requireRoom(config: ModelConfig, recipe: Recipe, kinds?: readonly PlannedKind[]): void {
  const refusal = planMemory(config, recipe, kinds)?.refusal;
  if (refusal) throw new InputError(refusal);
}

function refusalText(kind: PlannedKind, why: string): string {
  return `${titles[kind]} does not fit the memory budget. ${why} If the card has more memory, raise the budget (memoryBudgetGb).`;
}
