/** Trainable parameter sets on the host, as they are stored, exported and put on the GPU. Types only. */

/** A named fp32 tensor. */
export interface NamedTensor {
  shape: number[];
  data: Float32Array;
}

/** PEFT's LoRA settings that change the computation. */
export interface LoraConfig {
  rank: number;
  alpha: number;
  dropout: number;
  /** Module name suffixes, e.g. "q_proj" or "attn.c_proj". */
  targets: string[];
}

/**
 * A LoRA adapter. Tensor names are PEFT's without the wrapper: "model.layers.0.self_attn.q_proj.lora_A" [rank, in] and
 * "....lora_B" [out, rank]; for GPT-2 "transformer.h.0.attn.c_attn.lora_A". src/exchange/peft.ts adds and removes
 * "base_model.model." and ".weight". The order is the model's order of modules, A before B.
 */
export interface LoraAdapter {
  kind: 'lora';
  config: LoraConfig;
  tensors: Map<string, NamedTensor>;
}

/** A full copy of all base weights, for full-parameter training. Tensor names are those of the base's safetensors. */
export interface FullWeights {
  kind: 'full';
  tensors: Map<string, NamedTensor>;
}

export type ParameterSet = LoraAdapter | FullWeights;

/** The reward head: Linear(h,512) - ReLU - Dropout - Linear(512,1). Names "0.weight" [512,h], "0.bias" [512], "3.weight" [1,512], "3.bias" [1]. */
export type RewardHead = Map<string, NamedTensor>;
