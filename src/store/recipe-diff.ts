/** Which settings of a draft differ from a preset. Compares values, not spellings: 2e-4 is 0.0002. Pure. */
import { recipePresets, type Recipe } from '../protocol/recipe';
import { draftOf, readField, recipeFields, type DraftValue, type RecipeDraft, type RecipeField } from './recipe-draft';
import type { StudioStoreState } from './studio-store';

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

/** The preset that a recipe from elsewhere differs from the least; of equals the first. */
export function nearestPreset(draft: RecipeDraft): keyof typeof recipePresets {
  const names = Object.keys(recipePresets) as (keyof typeof recipePresets)[];
  const differences = new Map(names.map((name) => [name, recipeDiff(draft, recipePresets[name]).length]));
  const count = (name: keyof typeof recipePresets) => differences.get(name) ?? Infinity;
  return names.reduce((best, name) => (count(name) < count(best) ? name : best), 'studio');
}

let last: { draft: RecipeDraft; base: StudioStoreState['presetBase']; changes: readonly FieldChange[] } | null = null;

/** Where the recipe being edited differs from the preset chosen last. The same object until one of them changes. */
export function currentChanges({ draft, presetBase: base }: StudioStoreState): readonly FieldChange[] {
  if (last?.draft !== draft || last.base !== base)
    last = { draft, base, changes: recipeDiff(draft, recipePresets[base]) };
  return last.changes;
}
