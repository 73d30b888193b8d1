/** What the self-test must know of an engine to run the kernels, and only those, that this engine will run. */
import type { WeightType } from '../../gpu/kernel';
import type { AttentionTuning } from '../attention/attention';
import type { LoraMachine } from '../lora/tiles';
import type { TileChoice } from '../matmul/choice';

export interface SelfTestOptions {
  /** How base weights and the KV cache are read. */
  weightType: WeightType;
  machine: LoraMachine;
  attention: AttentionTuning;
  tiles: TileChoice;
  /** Of weights: lanes pass values on. */
  shuffledGradients: boolean;
  family: 'llama' | 'gpt2';
  /** Its class decides how many lanes a norm has. */
  hiddenSize: number;
  headDim: number;
  /** Norms over each head of q and k (Qwen3). */
  qkNorm: boolean;
  /** Biases of the linear maps (GPT-2, Qwen2). */
  bias: boolean;
  /** Of the adapters; null where none is used. */
  rank: number | null;
  /** The adapters' input has dropout. */
  dropout: boolean;
  /** All weights are trained. */
  full: boolean;
  /** Decoding and sampling too. */
  generation: boolean;
}
