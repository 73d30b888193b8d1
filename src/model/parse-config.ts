/**
 * config.json of a Hugging Face model folder to the internal configuration, for transformers 4 and 5 styles. Whatever
 * would change the computation and is not supported is refused here, by field, rather than computed wrongly. Defaults of
 * absent fields are those of transformers' configuration classes. Weights are not looked at.
 */
import { z } from 'zod';
import { ConfigFields } from './config-fields';
import type { Gpt2Config, LlamaConfig, ModelConfig } from './config';
import { parseRope } from './parse-rope';

/** Far over any real model; keeps a damaged file from asking for billions of tensors. */
const count = z.number().int().positive().max(16_777_216);
const layerCount = count.max(1000);
const tokenId = z.number().int().min(0);
const modelTypes = ['llama', 'mistral', 'qwen2', 'qwen3', 'gpt2'];

/** Class defaults of transformers that are not "heads" and "hidden/heads". */
const defaultKvHeads: ReadonlyMap<string, number> = new Map([
  ['mistral', 8],
  ['qwen2', 32],
  ['qwen3', 32],
]);

/**
 * Reads a model's configuration.
 * @param json parsed config.json
 * @param fileName named in errors
 * @throws InputError naming the field, its value and what is supported
 */
export function parseModelConfig(json: unknown, fileName: string): ModelConfig {
  const fields = ConfigFields.of(json, fileName);
  const modelType = fields.required('model_type', z.string());
  if (!modelTypes.includes(modelType)) {
    fields.refuse('model_type', modelType, `is not supported; supported are ${modelTypes.join(', ')}`);
  }
  refuseUnsupported(fields);
  return modelType === 'gpt2' ? parseGpt2(fields) : parseLlama(fields, modelType);
}

function refuseUnsupported(fields: ConfigFields): void {
  const quantization = fields.optional('quantization_config', z.unknown());
  if (quantization !== undefined) {
    fields.refuse('quantization_config', quantization, 'is not supported; use weights in fp32, fp16 or bf16');
  }
  const architectures = fields.optional('architectures', z.array(z.string())) ?? [];
  if (architectures.length > 0 && !architectures.some((name) => /(CausalLM|LMHeadModel|^GPT2Model)$/.test(name))) {
    fields.refuse('architectures', architectures, 'is no causal language model (…ForCausalLM or GPT2LMHeadModel)');
  }
}

function parseLlama(fields: ConfigFields, modelType: string): LlamaConfig {
  requireValue(fields, 'hidden_act', 'silu');
  const contextLength = fields.required('max_position_embeddings', count);
  refuseSlidingWindow(fields, modelType, contextLength);
  return {
    family: 'llama',
    modelType,
    vocabSize: fields.required('vocab_size', count),
    intermediateSize: fields.required('intermediate_size', count),
    layers: fields.required('num_hidden_layers', layerCount),
    ...llamaHeads(fields, modelType),
    contextLength,
    normEpsilon: fields.optional('rms_norm_eps', z.number().positive()) ?? 1e-6,
    ...parseRope(fields, contextLength),
    ...llamaBiases(fields, modelType),
    qkNorm: modelType === 'qwen3',
    tiedHead: fields.optional('tie_word_embeddings', z.boolean()) ?? false,
    ...specialTokens(fields),
    paddingTokenId: fields.optional('pad_token_id', tokenId) ?? null,
  };
}

type HeadSizes = Pick<LlamaConfig, 'hiddenSize' | 'heads' | 'kvHeads' | 'headDim'>;

function llamaHeads(fields: ConfigFields, modelType: string): HeadSizes {
  const hiddenSize = fields.required('hidden_size', count);
  const heads = fields.required('num_attention_heads', count);
  const kvHeads = fields.optional('num_key_value_heads', count) ?? defaultKvHeads.get(modelType) ?? heads;
  if (heads % kvHeads !== 0) {
    fields.refuse('num_key_value_heads', kvHeads, `does not divide num_attention_heads (${heads})`);
  }
  const explicit = fields.optional('head_dim', count) ?? (modelType === 'qwen3' ? 128 : undefined);
  const headDim = explicit ?? hiddenSize / heads;
  if (headDim % 2 !== 0) {
    const name = explicit === undefined ? 'hidden_size' : 'head_dim';
    fields.refuse(name, explicit ?? hiddenSize, `gives heads of size ${headDim}; it must be a whole, even number`);
  }
  return { hiddenSize, heads, kvHeads, headDim };
}

type Biases = Pick<LlamaConfig, 'qkvBias' | 'outputBias' | 'mlpBias'>;

/** Qwen2 always has a bias on q, k and v, without a field for it; Mistral never has one. */
function llamaBiases(fields: ConfigFields, modelType: string): Biases {
  if (modelType === 'qwen2') return { qkvBias: true, outputBias: false, mlpBias: false };
  if (modelType === 'mistral') return { qkvBias: false, outputBias: false, mlpBias: false };
  const attentionBias = fields.optional('attention_bias', z.boolean()) ?? false;
  const mlpBias = modelType === 'llama' && (fields.optional('mlp_bias', z.boolean()) ?? false);
  return { qkvBias: attentionBias, outputBias: attentionBias, mlpBias };
}

/** Attention here always sees the whole context, which equals a window only when the window covers the context. */
function refuseSlidingWindow(fields: ConfigFields, modelType: string, contextLength: number): void {
  const window = fields.has('sliding_window')
    ? fields.optional('sliding_window', z.number())
    : slidingDefault(modelType);
  const used = modelType === 'mistral' || (fields.optional('use_sliding_window', z.boolean()) ?? false);
  const layerTypes = fields.optional('layer_types', z.array(z.string())) ?? [];
  const other = layerTypes.find((type) => type !== 'full_attention' && type !== 'sliding_attention');
  if (other !== undefined) fields.refuse('layer_types', other, 'is not supported; supported is full_attention');
  if (!used && !layerTypes.includes('sliding_attention')) return;
  if (window !== undefined && window < contextLength) {
    fields.refuse(
      'sliding_window',
      window,
      `is not supported: it must be null or at least max_position_embeddings (${contextLength}). To work within the window, set max_position_embeddings to ${window}`,
    );
  }
}

function slidingDefault(modelType: string): number | undefined {
  return modelType === 'llama' ? undefined : 4096;
}

function parseGpt2(fields: ConfigFields): Gpt2Config {
  requireValue(fields, 'activation_function', 'gelu_new');
  requireFlag(fields, 'scale_attn_weights', true);
  requireFlag(fields, 'scale_attn_by_inverse_layer_idx', false);
  requireFlag(fields, 'add_cross_attention', false);
  const hiddenSize = fields.required('n_embd', count);
  const heads = fields.required('n_head', count);
  if (hiddenSize % heads !== 0) fields.refuse('n_head', heads, `does not divide n_embd (${hiddenSize})`);
  return {
    family: 'gpt2',
    modelType: 'gpt2',
    vocabSize: fields.required('vocab_size', count),
    hiddenSize,
    intermediateSize: fields.optional('n_inner', count) ?? 4 * hiddenSize,
    layers: fields.required('n_layer', layerCount),
    heads,
    headDim: hiddenSize / heads,
    contextLength: fields.optional('n_positions', count) ?? fields.required('n_ctx', count),
    normEpsilon: fields.optional('layer_norm_epsilon', z.number().positive()) ?? 1e-5,
    tiedHead: fields.optional('tie_word_embeddings', z.boolean()) ?? true,
    ...specialTokens(fields),
  };
}

/** End tokens as a list, whether the file has one, several or none. */
function specialTokens(fields: ConfigFields): Pick<ModelConfig, 'eosTokenIds' | 'bosTokenId'> {
  const eos = fields.optional('eos_token_id', z.union([tokenId, z.array(tokenId)])) ?? [];
  return {
    eosTokenIds: Array.isArray(eos) ? eos : [eos],
    bosTokenId: fields.optional('bos_token_id', tokenId) ?? null,
  };
}

/** An absent field has the supported value as its default. */
function requireValue(fields: ConfigFields, name: string, only: string): void {
  const value = fields.optional(name, z.unknown()) ?? only;
  if (value !== only) fields.refuse(name, value, `is not supported; supported is "${only}"`);
}

function requireFlag(fields: ConfigFields, name: string, only: boolean): void {
  const value = fields.optional(name, z.unknown()) ?? only;
  if (value !== only) fields.refuse(name, value, `is not supported; supported is ${only}`);
}
