/** In which settings some recipes differ. Pure. */
import type { Recipe } from '../../../protocol/recipe';

export interface Difference {
  field: keyof Recipe;
  /** One text a recipe, in their order. */
  values: string[];
}

const textOf = (value: Recipe[keyof Recipe]): string =>
  Array.isArray(value) ? (value.length === 0 ? 'default' : value.join(', ')) : String(value);

/** Names are no settings: a recipe may be called anything. */
export function recipeDifferences(recipes: readonly Recipe[]): Difference[] {
  const fields = Object.keys(recipes[0] ?? {}) as (keyof Recipe)[];
  return fields
    .filter((field) => field !== 'name')
    .map((field) => ({ field, values: recipes.map((recipe) => textOf(recipe[field])) }))
    .filter(({ values }) => new Set(values).size > 1);
}
