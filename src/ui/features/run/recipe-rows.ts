/** A run's recipe as rows to read: by group, each setting with the value of the nearest preset where that is another. Pure. */
import { recipePresets, type Recipe } from '../../../protocol/recipe';
import { nearestPreset, recipeDiff } from '../../../store/recipe-diff';
import { draftOf, type DraftValue, type RecipeField } from '../../../store/recipe-draft';
import { fieldGroups, fieldTexts, valueText } from '../setup/recipe-fields';
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

/** What 0 stands for. */
const zeros: Readonly<Partial<Record<RecipeField, string>>> = {
  trainPairs: 'all',
  watchedPrompts: 'none',
  topK: 'off',
  sftEpochs: 'none: SFT is left out',
};

function rowValue(field: RecipeField, value: DraftValue): string {
  const [text, zero] = [valueText(field, value), zeros[field]];
  if (text === '0' && zero !== undefined) return zero;
  const unit = field === 'memoryBudgetGb' ? 'GB' : fieldUnits[field];
  if (unit === undefined) return text;
  const isSaid = fieldTexts[field].label.toLowerCase().includes(unit);
  return (counted.has(unit) && !isSaid) || unit === 'GB' ? `${text} ${unit}` : text;
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
      const isUnused = recipe.parameters === 'full' && field.startsWith('lora');
      const value = isUnused ? 'not used' : rowValue(field, draft[field]);
      const isSame = before === undefined || isUnused;
      return { field, label, help, value, preset: isSame ? null : rowValue(field, before) };
    }),
  }));
  return { preset, groups, changed: changes.size };
}
