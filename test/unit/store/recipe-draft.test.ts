/** Recipes as drafts: every preset survives the round trip; every wrong field has its message. */
import { describe, expect, it } from 'vitest';
import { recipePresets, recipeSchema } from '../../../src/protocol/recipe';
import { choicesOf, draftOf, importRecipe, parseDraft, recipeFields } from '../../../src/store/recipe-draft';

const { studio } = recipePresets;
const edited = (changes: Record<string, string>) => parseDraft({ ...draftOf(studio), ...changes }, studio);

describe('a draft', () => {
  it.each(Object.values(recipePresets))('of preset $name gives the same recipe back', (recipe) => {
    expect(parseDraft(draftOf(recipe), studio)).toEqual({ recipe, problems: {} });
  });

  it('holds every field of the schema', () => {
    expect(Object.keys(draftOf(studio)).toSorted()).toEqual(Object.keys(recipeSchema.shape).toSorted());
    expect(recipeFields.length).toBeGreaterThan(40);
  });

  it('offers the values of a choice, also of one with a default', () => {
    expect(choicesOf('engine')).toEqual(['fused', 'definition']);
    expect(choicesOf('schedule')).toContain('cosine');
    expect(choicesOf('memoryBudgetGb')).toBeNull();
  });

  it('reads exponents and lists', () => {
    const { recipe } = edited({
      sftLearningRate: '3e-5',
      dpoLearningRates: '1e-3, 5e-4',
      loraTargets: ' q_proj ,v_proj',
    });
    expect(recipe).toMatchObject({
      sftLearningRate: 3e-5,
      dpoLearningRates: [1e-3, 5e-4],
      loraTargets: ['q_proj', 'v_proj'],
    });
  });

  it.each([
    ['seed', '', 'Enter a number.'],
    ['seed', 'abc', /such as/],
    ['dpoLearningRates', '1e-3, x', /one a round/],
    ['dpoLearningRates', '', /too small/i],
    ['rounds', '99', /too big|50/i],
    ['schedule', 'step', /option/i],
    ['microBatchSize', '3', /divide batchSize \(16\)/],
    ['maxNewTokens', '512', /under maxLength/],
  ])('says at the field that %s = "%s" is wrong', (field, value, message) => {
    const { recipe, problems } = edited({ [field]: value });
    expect(recipe).toBeNull();
    expect(problems).toEqual({ [field]: expect.stringMatching(message) });
  });
});

describe('an imported recipe', () => {
  it('shows its wrong values at their fields, and names what it does not hold', () => {
    const json = JSON.stringify({ ...studio, seed: -1, colour: 'red', rounds: undefined });
    const { draft, remarks } = importRecipe(json, 'r.json', draftOf(recipePresets.smoke));
    expect(parseDraft(draft, studio).problems).toHaveProperty('seed');
    expect(draft.rounds).toBe(String(recipePresets.smoke.rounds));
    expect(remarks.join(' ')).toMatch(/colour.*rounds/);
  });

  it.each(['[1]', 'null', '{"a":'])('refuses %s with the file’s name', (json) => {
    expect(() => importRecipe(json, 'r.json', draftOf(studio))).toThrow(/r\.json/);
  });
});
