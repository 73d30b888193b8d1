/** A recipe as a JSON file, as "Load recipe" reads it. */
import type { Recipe } from '../../protocol/recipe';
import { safeFileName, saveFile } from './save-file';

export const recipeJson = (recipe: Recipe): string => `${JSON.stringify(recipe, null, 2)}\n`;

export function saveRecipe(recipe: Recipe): void {
  saveFile(new Blob([recipeJson(recipe)], { type: 'application/json' }), `${safeFileName(recipe.name)}.recipe.json`);
}
