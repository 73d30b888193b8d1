/** Every field of the recipe has its words: label, meaning, unit, and a place in exactly one group. */
import { expect, it } from 'vitest';
import { choicesOf, recipeFields } from '../../../src/store/recipe-draft';
import { fieldGroups, fieldTexts } from '../../../src/ui/features/setup/recipe-fields';
import { fieldUnits } from '../../../src/ui/features/setup/recipe-units';

it('explains every field of the schema, and groups each one once', () => {
  for (const field of recipeFields) {
    const { label, help, choices } = fieldTexts[field];
    expect([field, label.length > 0, help.length > 9, fieldUnits[field].length > 0]).toEqual([field, true, true, true]);
    expect([field, fieldGroups.filter(({ fields }) => fields.includes(field)).length]).toEqual([field, 1]);
    expect([field, Object.keys(choices ?? {}).toSorted()]).toEqual([field, (choicesOf(field) ?? []).toSorted()]);
  }
  expect(Object.keys(fieldTexts).toSorted()).toEqual([...recipeFields].toSorted());
});
