/** Untrained parameters and heads, seeded by the stage they are for. */
import { seededRandom } from '../data/seeded-random';
import type { ParameterSet, RewardHead } from '../model/adapter-types';
import { initLora } from '../model/lora';
import { initRewardHead } from '../model/reward-head';
import type { RunContext } from './run-context';
import { loraConfig, stageSeed } from './settings';

/** A fresh LoRA adapter, or a copy of the base weights for full-parameter training. */
export async function freshParameters({ recipe, model, base }: RunContext, stage: string): Promise<ParameterSet> {
  if (recipe.parameters === 'full') return model.baseWeights();
  const seed = stageSeed(recipe, stage);
  return initLora(base.config, loraConfig(recipe, base.config), (tensor) => seededRandom(seed, tensor));
}

export function freshHead({ recipe, base }: RunContext, stage: string): RewardHead {
  const seed = stageSeed(recipe, stage);
  return initRewardHead(base.config.hiddenSize, (tensor) => seededRandom(seed, tensor));
}
