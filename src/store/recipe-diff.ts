/** Which settings of a draft differ from a preset. Compares values, not spellings: 2e-4 is 0.0002. Pure. */
import type { Recipe } from '../protocol/recipe';
import { draftOf, readField, recipeFields, type DraftValue, type RecipeDraft, type RecipeField } from './recipe-draft';

export interface FieldChange {
  field: RecipeField;
  /** As the inputs show them. */
  preset: DraftValue;
  now: DraftValue;
}

/** In the order of the recipe. The name is no setting and is left out. */
export function recipeDiff(draft: RecipeDraft, preset: Recipe): FieldChange[] {
  const from = draftOf(preset);
  const differs = (field: RecipeField) =>
    JSON.stringify(readField(field, draft[field], preset)) !== JSON.stringify(readField(field, from[field], preset));
  return recipeFields
    .filter((field) => field !== 'name' && differs(field))
    .map((field) => ({ field, preset: from[field], now: draft[field] }));
}
