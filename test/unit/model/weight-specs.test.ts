/** Names, shapes and counts of tensors and LoRA targets, against published figures. */
import { describe, expect, it } from 'vitest';
import {
  defaultLoraTargets,
  loraTargets,
  matchedTargets,
  matchesTarget,
  parameterCount,
  weightSpecs,
} from '../../../src/model/weight-specs';
import type { ModelConfig } from '../../../src/model/config';
import { gpt2Small, tinyLlama } from './configs';

function loraParameters(config: ModelConfig, rank: number, targets: string[]): number {
  return matchedTargets(config, targets).reduce(
    (sum, { inFeatures, outFeatures }) => sum + rank * (inFeatures + outFeatures),
    0,
  );
}

describe('weights', () => {
  it('count as published: TinyLlama 1,100,048,384, GPT-2 124,439,808', () => {
    expect(parameterCount(tinyLlama)).toBe(1_100_048_384);
    expect(parameterCount(gpt2Small)).toBe(124_439_808);
  });

  it('of Qwen3-0.6B and Qwen2.5-0.5B count as published', () => {
    const qwen3 = { ...tinyLlama, vocabSize: 151936, hiddenSize: 1024, intermediateSize: 3072, layers: 28, heads: 16 };
    expect(parameterCount({ ...qwen3, kvHeads: 8, headDim: 128, qkNorm: true, tiedHead: true })).toBe(596_049_920);
    const qwen2 = { ...tinyLlama, vocabSize: 151936, hiddenSize: 896, intermediateSize: 4864, layers: 24, heads: 14 };
    expect(parameterCount({ ...qwen2, kvHeads: 2, headDim: 64, qkvBias: true, tiedHead: true })).toBe(494_032_768);
  });

  it('omit the head only when it is tied', () => {
    const names = (config: ModelConfig) => weightSpecs(config).map(({ name }) => name);
    expect(names(tinyLlama)).toContain('lm_head.weight');
    expect(names({ ...tinyLlama, tiedHead: true })).not.toContain('lm_head.weight');
    expect(names(gpt2Small)).not.toContain('lm_head.weight');
  });

  it('are [out, in] in Llama and [in, out] in GPT-2', () => {
    const shape = (config: ModelConfig, name: string) => weightSpecs(config).find((spec) => spec.name === name)?.shape;
    expect(shape(tinyLlama, 'model.layers.0.self_attn.k_proj.weight')).toEqual([256, 2048]);
    expect(shape(tinyLlama, 'model.layers.21.mlp.down_proj.weight')).toEqual([2048, 5632]);
    expect(shape(gpt2Small, 'transformer.h.0.attn.c_attn.weight')).toEqual([768, 2304]);
    expect(shape(gpt2Small, 'transformer.wpe.weight')).toEqual([1024, 768]);
  });

  it('have biases where the configuration says so', () => {
    const biases = weightSpecs({ ...tinyLlama, layers: 1, qkvBias: true, outputBias: true, mlpBias: true });
    expect(biases.filter(({ name }) => name.endsWith('.bias')).map(({ name }) => name.split('.').at(-2))).toEqual([
      'q_proj',
      'k_proj',
      'v_proj',
      'o_proj',
      'gate_proj',
      'up_proj',
      'down_proj',
    ]);
  });
});

describe('LoRA targets', () => {
  it("give TinyLlama's 4,505,600 parameters at rank 16", () => {
    expect(loraParameters(tinyLlama, 16, defaultLoraTargets(tinyLlama))).toBe(4_505_600);
  });

  it('of GPT-2 by default leave the MLP alone', () => {
    const modules = matchedTargets(gpt2Small, defaultLoraTargets(gpt2Small)).map(({ module }) => module);
    expect(modules.slice(0, 3)).toEqual([
      'transformer.h.0.attn.c_attn',
      'transformer.h.0.attn.c_proj',
      'transformer.h.1.attn.c_attn',
    ]);
    expect(modules.length).toBe(24);
  });

  it('match as PEFT does: "c_proj" is both projections, "_proj" is none', () => {
    expect(matchedTargets(gpt2Small, ['c_proj']).length).toBe(24);
    expect(matchedTargets(gpt2Small, ['_proj'])).toEqual([]);
    expect(matchesTarget('model.layers.1.self_attn.q_proj', 'layers.1.self_attn.q_proj')).toBe(true);
    expect(matchesTarget('q_proj', 'q_proj')).toBe(true);
  });

  it('are every linear module of a block, each with a weight of its sizes', () => {
    for (const config of [tinyLlama, gpt2Small]) {
      const shapes = new Map(weightSpecs(config).map(({ name, shape }) => [name, shape]));
      for (const { module, inFeatures, outFeatures } of loraTargets(config)) {
        const expected = config.family === 'llama' ? [outFeatures, inFeatures] : [inFeatures, outFeatures];
        expect(shapes.get(`${module}.weight`), module).toEqual(expected);
      }
    }
    expect(loraTargets(tinyLlama).length).toBe(22 * 7);
  });
});
