/** Published models at their full depth: their configurations are read, have the weights they are known for, and can be planned. */
import { describe, expect, it } from 'vitest';
import { parseModelConfig } from '../../../src/model/parse-config';
import { parameterCount } from '../../../src/model/weight-specs';
import { recipePresets } from '../../../src/protocol/recipe';
import { planMemory } from '../../../src/rounds/memory-plan';
import { publishedConfig, publishedParameters } from '../../support/published-configs';

const recipe = recipePresets.studio;

describe.each(Object.entries(publishedParameters))('%s', (name, parameters) => {
  const config = parseModelConfig(publishedConfig(name), 'config.json');

  it('has the weights it is known for', () => expect(parameterCount(config)).toBe(parameters));

  it('can be planned: weights in fp16, and stages that fit, or what to change', () => {
    const plan = planMemory(config, recipe)!;
    expect(plan.blocks).toBe(config.layers);
    for (const { bytes, byCategory } of plan.stages) {
      const sum = Object.values(byCategory).reduce((total, part) => total + part, 0);
      expect(bytes).toBe(sum);
      // Vectors are fp32 and rows are padded, so a little over two bytes a weight.
      expect(byCategory['weights']).toBeGreaterThanOrEqual(2 * parameters);
      expect(byCategory['weights']).toBeLessThan(2.02 * parameters);
    }
    const fits = plan.stages.every(({ bytes }) => bytes <= plan.budgetBytes);
    if (fits) expect(plan.refusal).toBeNull();
    else expect(plan.refusal).toMatch(/does not fit the memory budget/);
  });

  it('fits 16 GB with the studio recipe', () => {
    const plan = planMemory(config, { ...recipe, memoryBudgetGb: 16 })!;
    expect(plan.refusal).toBeNull();
    expect(Math.max(...plan.stages.map(({ bytes }) => bytes))).toBeLessThan(16e9);
  });
});

it('Llama 3.2 scales its rotary frequencies', () => {
  const config = parseModelConfig(publishedConfig('llama-3.2-1b'), 'config.json');
  expect(config.family === 'llama' && config.ropeScaling).toEqual({
    ...{ type: 'llama3', factor: 32, lowFreqFactor: 1, highFreqFactor: 4, originalContextLength: 8192 },
  });
});
