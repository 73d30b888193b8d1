/**
 * What the benchmark compares: contenders of a DPO step, of generation and of single matrix products, and the model and
 * data that all of them get. Types only; the peers are in peers/, the runs in sections/.
 */
import type { LoraAdapter, NamedTensor } from '../../src/model/adapter-types';
import type { LlamaConfig } from '../../src/model/config';
import type { EncodedPair } from '../../src/protocol/preference';

export interface BenchModel {
  readonly name: string;
  readonly config: LlamaConfig;
  /** By safetensors names, in host shapes; every value is an fp16 number. */
  readonly weights: Map<string, NamedTensor>;
  /** Where training starts; both factors random, so that every gradient counts. */
  readonly adapter: LoraAdapter;
}

/** A pair with the log-probabilities of its responses under the reference, which is the adapter before training. */
export interface ReferencedPair extends EncodedPair {
  readonly referenceChosenLogp: number;
  readonly referenceRejectedLogp: number;
}

/** Work of the last step (or of the last call, for generation), and memory. */
export interface Counts {
  readonly dispatches: number;
  /** Of matrix products, attention's included, a multiply-add counting two; elementwise work is left out. */
  readonly flops: number;
  /** Most GPU bytes at one time since prepare() ended. */
  readonly peakBytes: number;
  readonly bytesNow: number;
}

/** Training settings that every contender uses. */
export const dpoSettings = {
  beta: 0.1,
  learningRate: 1e-4,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  maxGradNorm: 1,
} as const;

/** One step is forward, backward and AdamW over all pairs given to prepare(). */
export interface DpoContender {
  readonly name: string;
  prepare(model: BenchModel, pairs: readonly ReferencedPair[]): Promise<void>;
  /** Takes a step and resolves, when the GPU is done, with its loss. */
  step(): Promise<number>;
  /** Norm of the last step's adapter gradient before clipping. */
  gradientNorm(): number;
  counts(): Counts;
  dispose(): Promise<void>;
}

/** Greedy decoding of `slots` sequences side by side, with a KV cache and without an adapter. */
export interface GenerationContender {
  readonly name: string;
  prepare(model: BenchModel): Promise<void>;
  /** One prompt a slot, all of one length. Resolves with the new ids of each, all `newTokens` of them. */
  generate(prompts: readonly number[][], newTokens: number): Promise<Generated>;
  /** Null where the contender's device is out of reach. */
  counts(): Counts | null;
  dispose(): Promise<void>;
}

export interface Generated {
  /** New ids a prompt; null where the contender gives text only. */
  readonly ids: number[][];
  /** From the call to the last id on the host, prefill included. */
  readonly seconds: number;
  /** Dispatches of one decoding step; null when not known. */
  readonly stepDispatches: number | null;
}

/** C [m,n] = A [m,k] B, with B stored [k,n] or, when `transposed`, [n,k] as Hugging Face stores linear weights. */
export interface MatmulShape {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposed: boolean;
}

export interface MatmulContender {
  readonly name: string;
  prepare(shape: MatmulShape, a: Float32Array, b: Float32Array): Promise<void>;
  /** One product; resolves when the GPU is done. */
  run(): Promise<void>;
  /** The product of the last run. */
  result(): Promise<Float32Array>;
  dispose(): Promise<void>;
}
