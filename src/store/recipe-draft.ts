/**
 * A recipe while it is edited: every field as the text in its input, and back to a validated recipe with the message of
 * each field that is wrong. Pure functions; leaves out labels and layout (ui) and the rules themselves (protocol).
 */
import { z } from 'zod';
import { recipeSchema, type Recipe } from '../protocol/recipe';

export type RecipeField = keyof Recipe;
export type DraftValue = string | boolean;
export type RecipeDraft = Readonly<Record<RecipeField, DraftValue>>;

export interface ParsedDraft {
  /** null when any field is wrong. */
  recipe: Recipe | null;
  problems: Partial<Record<RecipeField, string>>;
}

export interface ImportedRecipe {
  draft: RecipeDraft;
  /** What the file says that no field holds: unknown keys, or missing ones that kept their value. */
  remarks: string[];
}

export const recipeFields = Object.keys(recipeSchema.shape) as RecipeField[];

/** The values a field may take, when it is a choice. */
export function choicesOf(field: RecipeField): string[] | null {
  const own = recipeSchema.shape[field];
  const schema = own instanceof z.ZodDefault ? own.unwrap() : own;
  return schema instanceof z.ZodEnum ? schema.options.map(String) : null;
}

type FieldKind = 'text' | 'number' | 'boolean' | 'numbers' | 'texts';

/** Which kind of value a field holds, seen from a recipe that is valid. */
function kindOf(value: Recipe[RecipeField], field: RecipeField): FieldKind {
  if (field === 'loraTargets') return 'texts';
  if (Array.isArray(value)) return 'numbers';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'text';
}

/** From here on zeros need not be counted, and no usual learning rate is there: all of them are written alike. */
const plainFrom = 0.01;

/** A number without loss, small ones with an exponent: 0.000005 -> '5e-6', 0.0002 -> '2e-4'. */
export const numberText = (value: number): string =>
  value !== 0 && Math.abs(value) < plainFrom ? value.toExponential() : String(value);

const itemText = (value: unknown): string => (typeof value === 'number' ? numberText(value) : String(value ?? ''));

const toText = (value: unknown): DraftValue =>
  typeof value === 'boolean' ? value : Array.isArray(value) ? value.map(itemText).join(', ') : itemText(value);

/** The draft that shows `recipe`. */
export function draftOf(recipe: Recipe): RecipeDraft {
  return Object.fromEntries(recipeFields.map((field) => [field, toText(recipe[field])])) as RecipeDraft;
}

const parts = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** NaN for what is no number, which the schema then refuses. */
const toNumber = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

function fromText(value: DraftValue, kind: FieldKind): unknown {
  if (typeof value === 'boolean') return value;
  if (kind === 'number') return toNumber(value);
  if (kind === 'numbers') return parts(value).map(toNumber);
  return kind === 'texts' ? parts(value) : value;
}

/** What the text of one field stands for, not validated. @param shape any valid recipe; it tells the field's kind */
export const readField = (field: RecipeField, value: DraftValue, shape: Recipe): unknown =>
  fromText(value, kindOf(shape[field], field));

function explain(message: string, kind: FieldKind, value: DraftValue): string {
  const notANumber = /NaN/.test(message);
  if (!notANumber) return message;
  if (value === '') return 'Enter a number.';
  return kind === 'numbers'
    ? 'Enter numbers with commas between them, one a round.'
    : 'Enter a number, such as 16 or 2e-4.';
}

/**
 * @param shape any valid recipe; it tells each field's kind
 * @returns the recipe, or the first problem of every field that is wrong
 */
export function parseDraft(draft: RecipeDraft, shape: Recipe): ParsedDraft {
  const kinds = (field: RecipeField) => kindOf(shape[field], field);
  const candidate = Object.fromEntries(recipeFields.map((field) => [field, readField(field, draft[field], shape)]));
  const result = recipeSchema.safeParse(candidate);
  if (result.success) return { recipe: result.data, problems: {} };
  const problems: Partial<Record<RecipeField, string>> = {};
  for (const issue of result.error.issues) {
    const field = recipeFields.find((name) => name === issue.path[0]);
    if (field) problems[field] ??= explain(issue.message, kinds(field), draft[field]);
  }
  return { recipe: null, problems };
}

/**
 * Reads a recipe file. Wrong values go into the draft as they are, so that their message shows at the field.
 * @throws Error when the text is no JSON object
 */
export function importRecipe(json: string, fileName: string, base: RecipeDraft): ImportedRecipe {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error(`${fileName} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${fileName} holds no recipe: expected a JSON object such as "Save recipe" writes.`);
  }
  const entries = new Map(Object.entries(value));
  const missing = recipeFields.filter((field) => !entries.has(field));
  const unknown = [...entries.keys()].filter((key) => !recipeFields.some((field) => field === key));
  const draft = Object.fromEntries(
    recipeFields.map((field) => [field, entries.has(field) ? toText(entries.get(field)) : base[field]]),
  ) as RecipeDraft;
  const remarks = [
    ...(unknown.length > 0 ? [`Not settings of a recipe, ignored: ${unknown.join(', ')}.`] : []),
    ...(missing.length > 0 ? [`Not in the file, kept as they were: ${missing.join(', ')}.`] : []),
  ];
  return { draft, remarks };
}
