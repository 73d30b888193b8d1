/**
 * The models of the benchmark, with random weights that are fp16 numbers, and its random data. "bench" is the model of
 * the performance goals; "toy" is for the smoke test.
 */
import type { LoraAdapter, LoraConfig, NamedTensor } from '../../../src/model/adapter-types';
import type { LlamaConfig } from '../../../src/model/config';
import { matchedTargets, weightSpecs } from '../../../src/model/weight-specs';
import type { EncodedPair } from '../../../src/protocol/preference';
import type { BenchModel } from '../contender';
import { halfOf, valueOfHalf } from './halves';

const common = {
  family: 'llama',
  modelType: 'llama',
  normEpsilon: 1e-5,
  ropeTheta: 10000,
  ropeScaling: { type: 'default' },
  qkvBias: false,
  outputBias: false,
  mlpBias: false,
  qkNorm: false,
  tiedHead: false,
  eosTokenIds: [2],
  bosTokenId: 1,
  paddingTokenId: null,
} as const;

export const modelConfigs = {
  bench: {
    ...common,
    vocabSize: 8192,
    hiddenSize: 512,
    intermediateSize: 1408,
    layers: 8,
    heads: 8,
    kvHeads: 4,
    headDim: 64,
    contextLength: 1024,
  },
  toy: {
    ...common,
    vocabSize: 384,
    hiddenSize: 64,
    intermediateSize: 96,
    layers: 2,
    heads: 4,
    kvHeads: 2,
    headDim: 16,
    contextLength: 128,
  },
} satisfies Record<string, { readonly [key: string]: unknown }>;

export type ModelName = keyof typeof modelConfigs;

const lora = { rank: 16, alpha: 32, dropout: 0, targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj'] };

/** The model `name`; the same every time. */
export function benchModel(name: ModelName): BenchModel {
  const shape = modelConfigs[name];
  const config: LlamaConfig = { ...shape, eosTokenIds: [...shape.eosTokenIds] };
  const random = generator(20250101);
  const weights = new Map(
    weightSpecs(config).map(({ name: tensor, shape }) => [tensor, randomWeight(random, shape)] as const),
  );
  return { name, config, weights, adapter: randomAdapter(config, lora, random) };
}

/** Matrices uniform with variance 1/in, norm weights about 1. */
export function uniformWeight(random: () => number, shape: number[]): NamedTensor {
  const isNorm = shape.length === 1;
  const bound = isNorm ? 0.2 : Math.sqrt(3 / shape[1]!);
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) {
    const value = (2 * random() - 1) * bound;
    data[i] = isNorm ? 1 + value : value;
  }
  return { shape, data };
}

/** The same, rounded to fp16. */
function randomWeight(random: () => number, shape: number[]): NamedTensor {
  const { data } = uniformWeight(random, shape);
  return { shape, data: data.map((value) => valueOfHalf(halfOf(value))) };
}

export function randomAdapter(config: LlamaConfig, lora: LoraConfig, random: () => number): LoraAdapter {
  const tensors = new Map<string, NamedTensor>();
  const uniform = (shape: number[], bound: number) => ({
    shape,
    data: Float32Array.from({ length: shape[0]! * shape[1]! }, () => (2 * random() - 1) * bound),
  });
  for (const { module, inFeatures, outFeatures } of matchedTargets(config, lora.targets)) {
    tensors.set(`${module}.lora_A`, uniform([lora.rank, inFeatures], 1 / Math.sqrt(inFeatures)));
    tensors.set(`${module}.lora_B`, uniform([outFeatures, lora.rank], 0.05));
  }
  return { kind: 'lora', config: lora, tensors };
}

/** Pairs of random ids; responses end like any others, without an end token. */
export function randomPairs(
  { vocabSize }: LlamaConfig,
  count: number,
  promptTokens: number,
  responseTokens: number,
): EncodedPair[] {
  const ids = idSource(vocabSize, 7);
  return Array.from({ length: count }, (_, i) => ({
    id: String(i),
    promptIds: ids(promptTokens),
    chosenIds: ids(responseTokens),
    rejectedIds: ids(responseTokens),
  }));
}

export function randomPrompts({ vocabSize }: LlamaConfig, count: number, tokens: number): number[][] {
  const ids = idSource(vocabSize, 11);
  return Array.from({ length: count }, () => ids(tokens));
}

/** Ids from 3 on, so that none is a special one. */
function idSource(vocabSize: number, seed: number): (length: number) => number[] {
  const random = generator(seed);
  return (length) => Array.from({ length }, () => 3 + Math.floor(random() * (vocabSize - 3)));
}

/** Uniform in [0, 1): mulberry32, which is quick enough for 32 million weights. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
