/** Every field of the recipe has its words: label, meaning, and a place in exactly one group; and says of units only what it has. */
import { expect, it } from 'vitest';
import { recipePresets } from '../../../src/protocol/recipe';
import { choicesOf, recipeFields, type RecipeField } from '../../../src/store/recipe-draft';
import { usualRange } from '../../../src/store/recipe-ranges';
import { fieldFacts } from '../../../src/ui/features/setup/field-notes';
import { fieldGroups, fieldTexts } from '../../../src/ui/features/setup/recipe-fields';
import { fieldUnits } from '../../../src/ui/features/setup/recipe-units';

it('explains every field of the schema, and groups each one once', () => {
  for (const field of recipeFields) {
    const { label, help, choices } = fieldTexts[field];
    expect([field, label.length > 0, help.length > 9]).toEqual([field, true, true]);
    expect([field, fieldGroups.filter(({ fields }) => fields.includes(field)).length]).toEqual([field, 1]);
    expect([field, Object.keys(choices ?? {}).toSorted()]).toEqual([field, (choicesOf(field) ?? []).toSorted()]);
  }
  expect(Object.keys(fieldTexts).toSorted()).toEqual([...recipeFields].toSorted());
});

it('numbers have a unit, but for those that are plain numbers; texts, switches and choices have none', () => {
  const plain = ['seed', 'loraAlpha', 'adamEpsilon', 'dpoBeta', 'evalTemperature'];
  for (const field of recipeFields) {
    const value = recipePresets.studio[field];
    const isNumber = typeof value === 'number' || (Array.isArray(value) && field !== 'loraTargets');
    expect([field, field in fieldUnits]).toEqual([field, isNumber && !plain.includes(field)]);
  }
});

it('notes say unit, preset and range as far as there are any, with numbers written alike', () => {
  const range = (field: RecipeField) => usualRange(field, { parameters: 'lora', modelParameters: 1e6 });
  const facts = (field: RecipeField) => fieldFacts(field, 'demo', range(field)).join(' · ');
  expect(facts('name')).toBe('');
  expect(facts('promptFormat')).toBe('demo: HH transcript (Human / Assistant)');
  expect(facts('pairLengthControl')).toBe('demo: on');
  expect(facts('dpoLearningRates')).toBe('per step; one a round · demo: 6e-5, 2e-4, 3e-5 · usual: 1e-6 to 2e-3');
});
