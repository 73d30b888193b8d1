/** The settings by which a model of the library is asked without a run. */
import { expect, it } from 'vitest';
import { parameterCount } from '../../../src/model/weight-specs';
import { recipePresets, recipeSchema } from '../../../src/protocol/recipe';
import { bareRecipe } from '../../../src/rounds/bare-recipe';
import { planMemory, requireRoom } from '../../../src/rounds/memory-plan';
import { tinyLlama } from '../../support/tiny-llama';

const recipeOf = (config: typeof tinyLlama, hasChatTemplate = false) =>
  bareRecipe({ hasChatTemplate, contextLength: config.contextLength, parameters: parameterCount(config) });

it('are the studio’s, with the prompt format that the model knows', () => {
  expect(recipeOf(tinyLlama)).toEqual({ ...recipePresets.studio, memoryBudgetGb: expect.any(Number) });
  expect(recipeOf(tinyLlama, true).promptFormat).toBe('chat');
  expect(recipeOf({ ...tinyLlama, contextLength: 256 }).maxLength).toBe(256);
  expect(recipeSchema.safeParse(recipeOf(tinyLlama, true)).success).toBe(true);
});

it('have room for a model that is too large for the studio’s budget', () => {
  const large = { ...tinyLlama, layers: 2 * tinyLlama.layers };
  expect(() => requireRoom(large, recipePresets.studio, ['generate', 'score'])).toThrow('does not fit');
  expect(() => requireRoom(large, recipeOf(large), ['generate', 'score'])).not.toThrow();
});

it('what is not done needs no room', () => {
  const tight = { ...recipePresets.studio, batchSize: 16, microBatchSize: 16, memoryBudgetGb: 3 };
  expect(planMemory(tinyLlama, tight)?.refusal).toMatch(/does not fit/);
  expect(planMemory(tinyLlama, tight, ['generate'])?.refusal).toBeNull();
});
