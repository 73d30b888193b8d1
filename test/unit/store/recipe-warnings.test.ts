/** Warnings of a recipe, and its difference from a preset. */
import { describe, expect, it } from 'vitest';
import { recipePresets, type Recipe } from '../../../src/protocol/recipe';
import { recipeDiff } from '../../../src/store/recipe-diff';
import { draftOf, recipeFields } from '../../../src/store/recipe-draft';
import { usualRange } from '../../../src/store/recipe-ranges';
import { currentWarnings, recipeWarnings } from '../../../src/store/recipe-warnings';
import { createStudioStore } from '../../../src/store/studio-store';

const large = { parameters: 1.1e9 };
const tiny = { parameters: 1e6 };
const warned = (changes: Partial<Recipe>, model = large) =>
  recipeWarnings({ ...recipePresets.studio, ...changes }, model);

describe('recipe warnings', () => {
  it('are silent for the presets on the models they are made for', () => {
    expect(recipeWarnings(recipePresets.studio, large)).toEqual({});
    expect(recipeWarnings(recipePresets.origin, large)).toEqual({});
    expect(recipeWarnings(recipePresets.demo, tiny)).toEqual({});
    expect(recipeWarnings(recipePresets['demo-quick'], tiny)).toEqual({});
  });

  it('name a DPO rate over 1e-4, in any round, for a large or unknown model but not for a tiny one', () => {
    expect(warned({ dpoLearningRates: [1e-4] })).toEqual({});
    expect(warned({ dpoLearningRates: [5e-6, 2e-4] }).dpoLearningRates).toMatch(/^2e-4 is over 1e-4.*5e-7 to 5e-5/);
    const unknown = recipeWarnings({ ...recipePresets.studio, dpoLearningRates: [2e-4] }, null);
    expect(unknown.dpoLearningRates).toBeDefined();
    expect(warned({ dpoLearningRates: [2e-4] }, tiny).dpoLearningRates).toBeUndefined();
    expect(warned({ parameters: 'full', dpoLearningRates: [2e-5] }).dpoLearningRates).toMatch(/All|all/);
  });

  it('look at both ends of a range, at values with a meaning of their own, and at fields together', () => {
    expect(warned({ dpoBeta: 0.001 }).dpoBeta).toMatch(/under 0.01/);
    expect(warned({ dpoBeta: 2 }).dpoBeta).toMatch(/over 1/);
    expect(warned({ trainPairs: 0 }).trainPairs).toBeUndefined();
    expect(warned({ trainPairs: 10 }).trainPairs).toBeDefined();
    expect(warned({ topP: 0.3, temperatures: [0.9, 1.6], dpoEpochs: [4] })).toMatchObject({
      topP: expect.any(String),
      temperatures: expect.any(String),
      dpoEpochs: expect.any(String),
    });
    expect(warned({ loraRank: 8, loraAlpha: 64 }).loraAlpha).toMatch(/alpha \/ rank is 8/);
    expect(warned({ loraRank: 512, loraAlpha: 512, parameters: 'full' }).loraRank).toBeUndefined();
  });

  it('exist for every number of the recipe but the seed, with a reason at each end', () => {
    const numeric = recipeFields.filter((field) =>
      [recipePresets.studio[field]].flat().some((value) => typeof value === 'number'),
    );
    const range = (field: (typeof recipeFields)[number]) =>
      usualRange(field, { parameters: 'lora', modelParameters: null });
    expect(numeric.filter((field) => range(field) === undefined)).toEqual(['seed']);
    for (const field of numeric.filter((name) => name !== 'seed')) {
      const { min, max, low, high } = range(field) ?? {};
      expect([field, min === undefined, max === undefined]).toEqual([field, low === undefined, high === undefined]);
    }
  });

  it('follow the draft, and keep their identity while nothing changes', () => {
    const store = createStudioStore();
    store.getState().editRecipe('dpoBeta', '3');
    const warnings = currentWarnings(store.getState());
    expect(Object.keys(warnings)).toEqual(['dpoBeta']);
    expect(currentWarnings(store.getState())).toBe(warnings);
    store.getState().editRecipe('dpoBeta', 'three');
    expect(currentWarnings(store.getState())).toEqual({});
  });
});

describe('the difference from a preset', () => {
  it('counts values, not spellings, and leaves out the name', () => {
    const draft = { ...draftOf(recipePresets.studio), name: 'mine', sftLearningRate: '0.0002', dpoBeta: '0.2' };
    expect(recipeDiff(draft, recipePresets.studio)).toEqual([{ field: 'dpoBeta', preset: '0.1', now: '0.2' }]);
    expect(recipeDiff({ ...draft, temperatures: '0.9,0.8' }, recipePresets.studio).map(({ field }) => field)).toEqual([
      'dpoBeta',
      'temperatures',
    ]);
  });

  it('is taken from the preset chosen last, and a field can go back to it', () => {
    const store = createStudioStore();
    store.getState().choosePreset('origin');
    store.getState().editRecipe('dpoBeta', '0.5');
    store.getState().editRecipe('rounds', '1');
    expect([store.getState().preset, store.getState().presetBase]).toEqual([null, 'origin']);
    store.getState().resetField('dpoBeta');
    expect(recipeDiff(store.getState().draft, recipePresets.origin).map(({ field }) => field)).toEqual(['rounds']);
  });

  it('of a recipe from elsewhere is taken from the nearest preset', () => {
    const store = createStudioStore();
    store.getState().takeDraft({ ...draftOf(recipePresets['demo-quick']), rounds: '1' });
    expect(store.getState().presetBase).toBe('demo-quick');
    store.getState().loadRecipe(JSON.stringify({ ...recipePresets.origin, seed: 1 }), 'a.json');
    expect([store.getState().presetBase, recipeDiff(store.getState().draft, recipePresets.origin)]).toEqual([
      'origin',
      [{ field: 'seed', preset: '42', now: '1' }],
    ]);
  });
});
