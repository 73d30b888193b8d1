/** The settings by which a model of the library is asked, where no run has any. Pure. */
import { recipePresets, type Recipe } from '../protocol/recipe';
import type { ModelSummary } from '../protocol/library';

const { studio } = recipePresets;

/**
 * The studio's, with prompts as the model knows them: by its own chat template where it has one. Nobody sets a memory budget here,
 * so a large model has as much as its weights in halves take, and as much again.
 */
export function bareRecipe(model: Pick<ModelSummary, 'hasChatTemplate' | 'contextLength' | 'parameters'>): Recipe {
  return {
    ...studio,
    promptFormat: model.hasChatTemplate ? 'chat' : 'hh',
    maxLength: Math.min(studio.maxLength, model.contextLength),
    memoryBudgetGb: Math.max(studio.memoryBudgetGb, (2 * 2 * model.parameters) / 1e9),
  };
}
