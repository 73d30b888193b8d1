/** config.json in both styles of transformers, and what is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LlamaConfig } from '../../../src/model/config';
import { parseModelConfig } from '../../../src/model/parse-config';
import { InputError } from '../../../src/protocol/errors';
import { gpt2Small, tinyLlama } from './configs';

const llama = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 32000,
  hidden_size: 2048,
  intermediate_size: 5632,
  num_hidden_layers: 22,
  num_attention_heads: 32,
  num_key_value_heads: 4,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  hidden_act: 'silu',
  rope_theta: 10000.0,
  rope_scaling: null,
  torch_dtype: 'bfloat16',
  bos_token_id: 1,
  eos_token_id: 2,
  tie_word_embeddings: false,
};
const gpt2 = {
  model_type: 'gpt2',
  vocab_size: 50257,
  n_embd: 768,
  n_layer: 12,
  n_head: 12,
  n_positions: 1024,
  n_ctx: 1024,
  n_inner: null,
  activation_function: 'gelu_new',
  layer_norm_epsilon: 1e-5,
  bos_token_id: 50256,
  eos_token_id: 50256,
};

function parseLlama(changes: Record<string, unknown>): LlamaConfig {
  const config = parseModelConfig({ ...llama, ...changes }, 'config.json');
  if (config.family !== 'llama') throw new Error('not a Llama configuration');
  return config;
}

function refusal(changes: Record<string, unknown>, base: object = llama): string {
  try {
    parseModelConfig({ ...base, ...changes }, 'm/config.json');
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('expected a refusal');
}

describe('accepted', () => {
  it('reads TinyLlama and GPT-2', () => {
    expect(parseModelConfig(llama, 'config.json')).toEqual(tinyLlama);
    expect(parseModelConfig(gpt2, 'config.json')).toEqual(gpt2Small);
  });

  it('reads the style of transformers 5 to the same configuration', () => {
    const { rope_theta, rope_scaling, torch_dtype, ...rest } = llama;
    const v5 = { ...rest, dtype: torch_dtype, rope_parameters: { rope_theta, rope_type: 'default' } };
    expect(rope_scaling).toBeNull();
    expect(parseModelConfig(v5, 'config.json')).toEqual(tinyLlama);
  });

  it('fills in what transformers fills in', () => {
    const { num_key_value_heads, rope_theta, tie_word_embeddings, rms_norm_eps, ...sparse } = llama;
    const config = parseModelConfig(sparse, 'config.json');
    expect([num_key_value_heads, rope_theta, tie_word_embeddings, rms_norm_eps]).toEqual([4, 10000, false, 1e-5]);
    expect(config).toEqual({ ...tinyLlama, kvHeads: 32, normEpsilon: 1e-6 });
    expect(parseModelConfig({ ...gpt2, n_positions: null, n_ctx: 512, n_inner: 99 }, '')).toMatchObject({
      contextLength: 512,
      intermediateSize: 99,
      tiedHead: true,
    });
  });

  it('knows the biases and norms that have no field', () => {
    expect(parseLlama({ model_type: 'qwen2' })).toMatchObject({ qkvBias: true, outputBias: false, qkNorm: false });
    expect(parseLlama({ model_type: 'qwen3' })).toMatchObject({ qkvBias: false, qkNorm: true, headDim: 128 });
    expect(parseLlama({ attention_bias: true, mlp_bias: true })).toMatchObject({
      qkvBias: true,
      outputBias: true,
      mlpBias: true,
    });
  });

  it('takes head_dim as given and otherwise hidden over heads', () => {
    expect(parseLlama({ head_dim: 128 }).headDim).toBe(128);
    expect(parseLlama({ head_dim: null }).headDim).toBe(64);
  });

  it('reads one end token, several, or none', () => {
    expect(parseLlama({ eos_token_id: [128001, 128009] }).eosTokenIds).toEqual([128001, 128009]);
    expect(parseLlama({ eos_token_id: null, bos_token_id: null })).toMatchObject({ eosTokenIds: [], bosTokenId: null });
  });

  it('accepts sliding windows that are off or cover the context', () => {
    const qwen = { model_type: 'qwen2', sliding_window: 512 };
    expect(parseLlama({ ...qwen, use_sliding_window: false }).modelType).toBe('qwen2');
    expect(parseLlama({ ...qwen, use_sliding_window: true, sliding_window: 2048 }).modelType).toBe('qwen2');
    expect(parseLlama({ model_type: 'mistral', sliding_window: null }).modelType).toBe('mistral');
    expect(parseLlama({ model_type: 'mistral', sliding_window: 4096 }).modelType).toBe('mistral');
  });
});

describe('RoPE scaling', () => {
  it('reads the older "type" and the newer "rope_type"', () => {
    expect(parseLlama({ rope_scaling: { type: 'linear', factor: 2 } }).ropeScaling).toEqual({
      type: 'linear',
      factor: 2,
    });
    expect(parseLlama({ rope_scaling: { rope_type: 'dynamic', factor: 2 } }).ropeScaling).toEqual({
      type: 'dynamic',
      factor: 2,
      originalContextLength: 2048,
    });
  });

  it('reads llama3 in both styles', () => {
    const numbers = { factor: 32, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };
    const v4 = parseLlama({ rope_theta: 500000, rope_scaling: { rope_type: 'llama3', ...numbers } });
    const v5 = parseLlama({
      rope_theta: null,
      rope_parameters: { rope_theta: 500000, rope_type: 'llama3', ...numbers },
    });
    expect(v4).toEqual(v5);
    expect(v4.ropeTheta).toBe(500000);
    expect(v4.ropeScaling).toEqual({
      type: 'llama3',
      factor: 32,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalContextLength: 8192,
    });
  });

  it('reads yarn with its defaults', () => {
    expect(parseLlama({ rope_scaling: { type: 'yarn', factor: 4 } }).ropeScaling).toEqual({
      type: 'yarn',
      factor: 4,
      originalContextLength: 2048,
      betaFast: 32,
      betaSlow: 1,
      attentionFactor: null,
      mscale: null,
      mscaleAllDim: null,
      truncate: true,
    });
  });
});

describe('refused', () => {
  it.each([
    [{ model_type: 'gemma3' }, '"model_type" is "gemma3", which is not supported; supported are llama, mistral'],
    [{ model_type: 'smollm3' }, '"model_type" is "smollm3"'],
    [{ model_type: null }, '"model_type" is missing'],
    [{ architectures: ['LlamaForSequenceClassification'] }, '"architectures"'],
    [{ quantization_config: { quant_method: 'gptq' } }, '"quantization_config" is {"quant_method":"gptq"}'],
    [{ hidden_act: 'gelu' }, '"hidden_act" is "gelu", which is not supported; supported is "silu"'],
    [{ rope_scaling: { rope_type: 'longrope', factor: 2 } }, '"rope_scaling.rope_type" is "longrope"'],
    [{ rope_scaling: { type: 'linear' } }, 'the field "rope_scaling.factor" is missing'],
    [{ rope_scaling: { type: 'linear', factor: 'two' } }, '"rope_scaling.factor" is "two"'],
    [{ rope_parameters: { rope_type: 'default', partial_rotary_factor: 0.5 } }, 'partial_rotary_factor" is 0.5'],
    [{ hidden_size: '2048' }, '"hidden_size" is "2048", which is not valid'],
    [{ hidden_size: undefined }, 'the field "hidden_size" is missing'],
    [{ num_hidden_layers: 1e9 }, '"num_hidden_layers" is 1000000000'],
    [{ num_key_value_heads: 5 }, 'does not divide num_attention_heads (32)'],
    [{ hidden_size: 2049 }, 'it must be a whole, even number'],
    [{ head_dim: 7 }, '"head_dim" is 7'],
    [{ model_type: 'qwen2', use_sliding_window: true, sliding_window: 512 }, '"sliding_window" is 512'],
    [{ model_type: 'mistral', sliding_window: 1024 }, 'at least max_position_embeddings (2048)'],
    [{ model_type: 'mistral', max_position_embeddings: 32768 }, '"sliding_window" is 4096'],
    [{ layer_types: ['linear_attention'] }, '"layer_types" is "linear_attention"'],
  ])('%j', (changes, expected) => {
    const message = refusal(changes);
    expect(message).toContain('m/config.json: ');
    expect(message).toContain(expected);
  });

  it.each([
    [
      { activation_function: 'relu' },
      '"activation_function" is "relu", which is not supported; supported is "gelu_new"',
    ],
    [{ scale_attn_by_inverse_layer_idx: true }, '"scale_attn_by_inverse_layer_idx" is true'],
    [{ scale_attn_weights: false }, '"scale_attn_weights" is false'],
    [{ n_head: 5 }, 'does not divide n_embd (768)'],
    [{ n_positions: null, n_ctx: null }, '"n_ctx" is missing'],
  ])('GPT-2 %j', (changes, expected) => {
    expect(refusal(changes, gpt2)).toContain(expected);
  });

  it('is what is no object', () => {
    for (const json of [null, [], 'text', 3]) expect(() => parseModelConfig(json, 'c')).toThrow(InputError);
  });

  it('is anything odd in any field, never with another error than an InputError', () => {
    const field = fc.constantFrom(
      ...Object.keys(llama),
      ...Object.keys(gpt2),
      'rope_parameters',
      'head_dim',
      'layer_types',
    );
    fc.assert(
      fc.property(fc.boolean(), fc.array(fc.tuple(field, fc.jsonValue()), { maxLength: 3 }), (isLlama, changes) => {
        try {
          parseModelConfig({ ...(isLlama ? llama : gpt2), ...Object.fromEntries(changes) }, 'c');
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});
