/**
 * Which tensors a model needs, by their names in Hugging Face checkpoints, and which linear modules LoRA can adapt.
 * Knows names and shapes only; loading is in src/exchange/model-folder.ts, initialisation of factors in lora.ts.
 */
import type { Gpt2Config, LlamaConfig, ModelConfig, WeightSpec } from './config';

/** A linear module that LoRA can adapt: y = W x with `inFeatures` values in and `outFeatures` out. */
export interface LoraTarget {
  /** Path without ".weight": "model.layers.0.self_attn.q_proj". */
  module: string;
  layer: number;
  inFeatures: number;
  outFeatures: number;
}

/** All tensors of the model in the model's order. A tied head is omitted: it is the embedding. */
export function weightSpecs(config: ModelConfig): WeightSpec[] {
  return config.family === 'llama' ? llamaSpecs(config) : gpt2Specs(config);
}

/** Number of values in all tensors of `weightSpecs`. */
export function parameterCount(config: ModelConfig): number {
  return weightSpecs(config).reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
}

/** Every linear module inside the blocks, in the model's order. */
export function loraTargets(config: ModelConfig): LoraTarget[] {
  const ofLayer = config.family === 'llama' ? llamaLinears(config) : gpt2Linears(config);
  const prefix = config.family === 'llama' ? 'model.layers' : 'transformer.h';
  return Array.from({ length: config.layers }, (_, layer) =>
    ofLayer.map(({ path, inFeatures, outFeatures }) => ({
      module: `${prefix}.${layer}.${path}`,
      layer,
      inFeatures,
      outFeatures,
    })),
  ).flat();
}

/** The targets used when a recipe names none: the attention's projections. */
export function defaultLoraTargets(config: ModelConfig): string[] {
  return config.family === 'llama' ? ['q_proj', 'k_proj', 'v_proj', 'o_proj'] : ['c_attn', 'attn.c_proj'];
}

/** PEFT's rule for a list of targets: the module is called so, or its path ends with "." and the name. */
export function matchesTarget(module: string, target: string): boolean {
  return module === target || module.endsWith(`.${target}`);
}

/** The modules that any of `targets` matches, in the model's order. */
export function matchedTargets(config: ModelConfig, targets: readonly string[]): LoraTarget[] {
  return loraTargets(config).filter(({ module }) => targets.some((target) => matchesTarget(module, target)));
}

interface Linear {
  path: string;
  inFeatures: number;
  outFeatures: number;
  bias: boolean;
}

function llamaLinears(config: LlamaConfig): Linear[] {
  const { hiddenSize, intermediateSize, qkvBias, outputBias, mlpBias } = config;
  const queries = config.heads * config.headDim;
  const keys = config.kvHeads * config.headDim;
  return [
    { path: 'self_attn.q_proj', inFeatures: hiddenSize, outFeatures: queries, bias: qkvBias },
    { path: 'self_attn.k_proj', inFeatures: hiddenSize, outFeatures: keys, bias: qkvBias },
    { path: 'self_attn.v_proj', inFeatures: hiddenSize, outFeatures: keys, bias: qkvBias },
    { path: 'self_attn.o_proj', inFeatures: queries, outFeatures: hiddenSize, bias: outputBias },
    { path: 'mlp.gate_proj', inFeatures: hiddenSize, outFeatures: intermediateSize, bias: mlpBias },
    { path: 'mlp.up_proj', inFeatures: hiddenSize, outFeatures: intermediateSize, bias: mlpBias },
    { path: 'mlp.down_proj', inFeatures: intermediateSize, outFeatures: hiddenSize, bias: mlpBias },
  ];
}

function gpt2Linears(config: Gpt2Config): Linear[] {
  const { hiddenSize, intermediateSize } = config;
  return [
    { path: 'attn.c_attn', inFeatures: hiddenSize, outFeatures: 3 * hiddenSize, bias: true },
    { path: 'attn.c_proj', inFeatures: hiddenSize, outFeatures: hiddenSize, bias: true },
    { path: 'mlp.c_fc', inFeatures: hiddenSize, outFeatures: intermediateSize, bias: true },
    { path: 'mlp.c_proj', inFeatures: intermediateSize, outFeatures: hiddenSize, bias: true },
  ];
}

/** Linear weights are [out, in]. */
function llamaSpecs(config: LlamaConfig): WeightSpec[] {
  const { vocabSize, hiddenSize, headDim } = config;
  const specs: WeightSpec[] = [{ name: 'model.embed_tokens.weight', shape: [vocabSize, hiddenSize] }];
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    specs.push({ name: `${prefix}.input_layernorm.weight`, shape: [hiddenSize] });
    for (const { path, inFeatures, outFeatures, bias } of llamaLinears(config)) {
      specs.push({ name: `${prefix}.${path}.weight`, shape: [outFeatures, inFeatures] });
      if (bias) specs.push({ name: `${prefix}.${path}.bias`, shape: [outFeatures] });
    }
    if (config.qkNorm) {
      specs.push({ name: `${prefix}.self_attn.q_norm.weight`, shape: [headDim] });
      specs.push({ name: `${prefix}.self_attn.k_norm.weight`, shape: [headDim] });
    }
    specs.push({ name: `${prefix}.post_attention_layernorm.weight`, shape: [hiddenSize] });
  }
  specs.push({ name: 'model.norm.weight', shape: [hiddenSize] });
  if (!config.tiedHead) specs.push({ name: 'lm_head.weight', shape: [vocabSize, hiddenSize] });
  return specs;
}

/** GPT-2's linear weights are Conv1D's: [in, out]. */
function gpt2Specs(config: Gpt2Config): WeightSpec[] {
  const { vocabSize, hiddenSize, contextLength } = config;
  const specs: WeightSpec[] = [
    { name: 'transformer.wte.weight', shape: [vocabSize, hiddenSize] },
    { name: 'transformer.wpe.weight', shape: [contextLength, hiddenSize] },
  ];
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `transformer.h.${layer}`;
    specs.push(...layerNormSpecs(`${prefix}.ln_1`, hiddenSize));
    for (const { path, inFeatures, outFeatures } of gpt2Linears(config)) {
      specs.push({ name: `${prefix}.${path}.weight`, shape: [inFeatures, outFeatures] });
      specs.push({ name: `${prefix}.${path}.bias`, shape: [outFeatures] });
    }
    specs.push(...layerNormSpecs(`${prefix}.ln_2`, hiddenSize));
  }
  specs.push(...layerNormSpecs('transformer.ln_f', hiddenSize));
  if (!config.tiedHead) specs.push({ name: 'lm_head.weight', shape: [vocabSize, hiddenSize] });
  return specs;
}

function layerNormSpecs(path: string, size: number): WeightSpec[] {
  return [
    { name: `${path}.weight`, shape: [size] },
    { name: `${path}.bias`, shape: [size] },
  ];
}
