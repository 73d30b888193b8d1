/** In which settings some recipes differ. Pure. */
import type { Recipe } from '../../../protocol/recipe';
import { draftOf, type RecipeField } from '../../../store/recipe-draft';
import { valueText } from '../setup/recipe-fields';

export interface Difference {
  field: RecipeField;
  /** One text a recipe, in their order, in the words of the recipe's form. */
  values: string[];
}

/** Names are no settings: a recipe may be called anything. */
export function recipeDifferences(recipes: readonly Recipe[]): Difference[] {
  const drafts = recipes.map(draftOf);
  const fields = Object.keys(recipes[0] ?? {}) as RecipeField[];
  return fields
    .filter((field) => field !== 'name')
    .map((field) => ({ field, values: drafts.map((draft) => valueText(field, draft[field])) }))
    .filter(({ values }) => new Set(values).size > 1);
}
