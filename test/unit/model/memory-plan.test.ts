/** The memory plan of recipes: more budget keeps more blocks, what fits fits, and a refusal says what would. */
import { describe, expect, it } from 'vitest';
import { arenaBuffers, noRanks, ranksOf } from '../../../src/model/fused/arena';
import { generationBuffers } from '../../../src/model/fused/generation-memory';
import { parameterBytes, totalBytes, weightBytes } from '../../../src/model/fused/memory-plan';
import { memoryPlan, type MemoryWork } from '../../../src/model/fused/plan';
import { recipePlan, stageWorks } from '../../../src/model/fused/stage-memory';
import { defaultLoraTargets, parameterCount } from '../../../src/model/weight-specs';
import { recipePresets } from '../../../src/protocol/recipe';
import { tinyLlama } from '../../support/tiny-llama';

const lora = { rank: 16, alpha: 32, dropout: 0.05, targets: defaultLoraTargets(tinyLlama) };
const origin = { ...recipePresets.origin, gradientCheckpointing: false };
const plansFor = (gigabytes: number) => recipePlan(tinyLlama, origin, lora, 'packed', gigabytes * 1e9);

describe('the memory plan of TinyLlama under the origin preset', () => {
  it('counts two bytes a weight and the adapter of 4,505,600 factors', () => {
    expect(weightBytes(tinyLlama, 'packed') / parameterCount(tinyLlama)).toBeCloseTo(2, 3);
    expect(parameterBytes(tinyLlama, lora)).toBe(4 * 4_505_600);
    const { bytes } = plansFor(8).train;
    expect(bytes.adapters).toBe(3 * 4 * 4_505_600);
    expect(bytes.optimiser! / (3 * 4 * 4_505_600)).toBeCloseTo(1, 3);
  });

  it('keeps more blocks with more memory, never more than the budget, and all of them in 8 GB', () => {
    const kept = [3, 4, 8, 12].map((gigabytes) => {
      const { train } = plansFor(gigabytes);
      expect(train.fits).toBe(true);
      expect(train.total).toBeLessThanOrEqual(gigabytes * 1e9);
      expect(train.total).toBe(totalBytes(train.bytes));
      return train.keptBlocks!;
    });
    expect(kept).toEqual(kept.toSorted((a, b) => a - b));
    expect(kept[0]).toBeLessThan(22);
    expect(kept.slice(2)).toEqual([22, 22]);
  });

  it('recomputes every block where the recipe asks for it', () => {
    const { train } = recipePlan(tinyLlama, { ...origin, gradientCheckpointing: true }, lora, 'packed', 12e9);
    expect(train.keptBlocks).toBe(0);
    expect(train.total).toBeLessThan(plansFor(12).train.total);
  });

  it('refuses with figures and with what would fit', () => {
    expect(plansFor(2.5).train.refusal).toMatch(
      /^This needs 2\.72 GB of GPU memory, and the budget is 2\.50 GB\. With at most 384 tokens a pass instead of 1024 .*, it needs 2\.\d\d GB\.$/,
    );
    const generate: MemoryWork = {
      ...stageWorks(origin, lora, 'packed').generate,
      generation: { slots: 64, capacity: 2048, prefillTokens: 512 },
    };
    expect(memoryPlan(tinyLlama, generate, 4e9).refusal).toMatch(/With 32 responses at a time instead of 64/);
    expect(plansFor(2).generate.refusal).toMatch(/The weights alone take 2\.20 GB: choose a smaller model, or int8/);
    expect(recipePlan(tinyLlama, origin, null, 'packed', 12e9).train.refusal).toMatch(/train LoRA adapters instead/);
  });

  it('follows from its own advice', () => {
    const works = stageWorks(origin, lora, 'packed');
    const passes = works.train.passes.map((pass) => ({ ...pass, tokens: 384, rows: 384, longest: 384 }));
    expect(memoryPlan(tinyLlama, { ...works.train, passes }, 2.5e9).fits).toBe(true);
  });
});

describe('buffers of generation', () => {
  it('hold keys and values of every slot and position in halves', () => {
    const shape = { slots: 16, capacity: 512, keptTokens: 16, cacheType: 'packed' as const, ranks: noRanks };
    const cache = generationBuffers(tinyLlama, shape).filter(({ category }) => category === 'kv cache');
    expect(cache).toHaveLength(2 * 22);
    expect(cache.reduce((sum, { words }) => sum + 4 * words, 0)).toBe(2 * 22 * 16 * 512 * 4 * 64 * 2);
    const names = generationBuffers(tinyLlama, shape).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('buffers of an arena', () => {
  it('grow with the tokens and with nothing else of the batch in the blocks', () => {
    const ranks = ranksOf(tinyLlama, lora);
    const shape = { rows: 64, sequences: 64, keptBlocks: 22, training: true, full: false, ranks };
    const kept = (tokens: number) =>
      arenaBuffers(tinyLlama, { ...shape, tokens })
        .filter(({ category }) => category === 'kept activations')
        .reduce((sum, { words }) => sum + words, 0);
    expect(kept(1024)).toBe(4 * kept(256));
  });
});
