/** A run's recipe as rows to read: by group, each setting with the value of the nearest preset where that is another. Pure. */
import { recipePresets, type Recipe } from '../../../protocol/recipe';
import { nearestPreset, recipeDiff } from '../../../store/recipe-diff';
import { draftOf, type RecipeField } from '../../../store/recipe-draft';
import { valueText } from '../setup/field-notes';
import { fieldGroups, fieldTexts } from '../setup/recipe-fields';
import { fieldUnits } from '../setup/recipe-units';

export interface RecipeRow {
  field: RecipeField;
  label: string;
  help: string;
  value: string;
  /** Of the preset; null where it is the same. */
  preset: string | null;
}

export interface RecipeRows {
  /** The preset that the recipe differs from the least. */
  preset: keyof typeof recipePresets;
  groups: { id: string; title: string; rows: RecipeRow[] }[];
  /** How many settings differ from the preset. */
  changed: number;
}

/** Units that are read with the number before them; the others explain the field and stand with its help. */
const counted = new Set(['pairs', 'prompts', 'tokens', 'responses', 'samples']);

function withUnit(field: RecipeField, text: string): string {
  const unit = field === 'memoryBudgetGb' ? 'GB' : fieldUnits[field];
  return counted.has(unit) || unit === 'GB' ? `${text} ${unit}` : text;
}

export function recipeRows(recipe: Recipe): RecipeRows {
  const draft = draftOf(recipe);
  const preset = nearestPreset(draft);
  const changes = new Map(recipeDiff(draft, recipePresets[preset]).map((change) => [change.field, change.preset]));
  const groups = fieldGroups.map(({ id, title, fields }) => ({
    ...{ id, title },
    rows: fields.map((field): RecipeRow => {
      const before = changes.get(field);
      const { label, help } = fieldTexts[field];
      const value = withUnit(field, valueText(field, draft[field]));
      return { field, label, help, value, preset: before === undefined ? null : valueText(field, before) };
    }),
  }));
  return { preset, groups, changed: changes.size };
}
