/** Turns --recipe, --seed and --rounds into one validated recipe, by the studio's own schema and presets. */
import { tsImport } from 'tsx/esm/api';
import { UsageError } from './options.mjs';

/** @typedef {import('../../src/protocol/recipe').Recipe} Recipe */

/**
 * @param {import('./options.mjs').HeadlessOptions} options
 * @returns {Promise<Recipe>}
 * @throws {UsageError} that names every field that is wrong
 */
export async function buildRecipe({ recipe, recipeSource, seed, rounds }) {
  /** @type {typeof import('../../src/protocol/recipe')} */
  const { recipePresets, recipeSchema } = await tsImport('../../src/protocol/recipe.ts', import.meta.url);
  const presets = Object.keys(recipePresets);
  if (typeof recipe === 'string' && !presets.includes(recipe)) {
    throw new UsageError(`--recipe ${recipe}: no such preset or file. Presets: ${presets.join(', ')}.`);
  }
  const base =
    typeof recipe === 'string' ? Object.entries(recipePresets).find(([name]) => name === recipe)?.[1] : recipe;
  if (typeof base !== 'object' || base === null)
    throw new UsageError(`--recipe ${recipeSource}: expected a JSON object.`);
  const chosen = { ...base, ...(seed !== null && { seed }), ...(rounds !== null && { rounds }) };
  const checked = recipeSchema.safeParse(chosen);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map((issue) => `  ${issue.path.join('.') || 'recipe'}: ${issue.message}`);
  throw new UsageError(`--recipe ${recipeSource} cannot be used:\n${problems.join('\n')}`);
}
