/** What of a valid recipe is worth a second look before it runs, by field. Pure; the ranges are data (recipe-ranges). */
import type { Recipe } from '../protocol/recipe';
import type { ModelSummary } from '../protocol/library';
import { numberText, recipeFields, type RecipeField } from './recipe-draft';
import { usualRange, type UsualRange } from './recipe-ranges';
import type { StudioStoreState } from './studio-store';

export type RecipeWarnings = Readonly<Partial<Record<RecipeField, string>>>;

type Model = Pick<ModelSummary, 'parameters'>;

function outside(value: number, range: UsualRange): string | null {
  if (value === range.except) return null;
  const { min, max, low = '', high = '' } = range;
  if (min !== undefined && value < min) return `${numberText(value)} is under ${numberText(min)}. ${low}`.trim();
  if (max !== undefined && value > max) return `${numberText(value)} is over ${numberText(max)}. ${high}`.trim();
  return null;
}

/** Fields that have to be seen together with others or with the model. */
function together(recipe: Recipe, model: Model | null): RecipeWarnings {
  const scale = recipe.loraAlpha / recipe.loraRank;
  return {
    ...(recipe.parameters === 'lora' &&
      (scale > 4 || scale < 0.25) && {
        loraAlpha: `alpha / rank is ${Number(scale.toPrecision(3))}; usually it is 1 or 2. It scales the learning rate.`,
      }),
    ...(recipe.temperatures.some((value) => value === 0) && {
      temperatures: 'At 0 every response to a prompt is the same: no pairs come out of it.',
    }),
    ...(recipe.parameters === 'full' &&
      model !== null &&
      model.parameters > 500e6 && {
        parameters: 'Training all weights of so large a model takes 12 bytes and more of memory a parameter.',
      }),
  };
}

/** @param model the chosen one; null for none, which is judged as a model over 100 M parameters */
export function recipeWarnings(recipe: Recipe, model: Model | null): RecipeWarnings {
  const context = { parameters: recipe.parameters, modelParameters: model?.parameters ?? null };
  const found: Partial<Record<RecipeField, string>> = {};
  for (const field of recipeFields) {
    if (field.startsWith('lora') && recipe.parameters === 'full') continue;
    const range = usualRange(field, context);
    const values = [recipe[field]].flat().filter((value) => typeof value === 'number');
    const warning = range && values.map((value) => outside(value, range)).find((text) => text !== null);
    if (warning) found[field] = warning;
  }
  return { ...found, ...together(recipe, model) };
}

const none: RecipeWarnings = {};
let last: { recipe: Recipe; model: Model | null; warnings: RecipeWarnings } | null = null;

/** The warnings of the recipe being edited with the chosen model; none while the recipe is wrong. The same object until one of them changes. */
export function currentWarnings({ parsed: { recipe }, models, modelId }: StudioStoreState): RecipeWarnings {
  if (recipe === null) return none;
  const model = models.find(({ id }) => id === modelId) ?? null;
  if (last?.recipe !== recipe || last.model !== model)
    last = { recipe, model, warnings: recipeWarnings(recipe, model) };
  return last.warnings;
}
