/** Configurations that several tests start from. */
import type { Gpt2Config, LlamaConfig } from '../../../src/model/config';

/** TinyLlama-1.1B's published sizes. */
export const tinyLlama: LlamaConfig = {
  family: 'llama',
  modelType: 'llama',
  vocabSize: 32000,
  hiddenSize: 2048,
  intermediateSize: 5632,
  layers: 22,
  heads: 32,
  kvHeads: 4,
  headDim: 64,
  contextLength: 2048,
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
};

/** The 124 M GPT-2. */
export const gpt2Small: Gpt2Config = {
  family: 'gpt2',
  modelType: 'gpt2',
  vocabSize: 50257,
  hiddenSize: 768,
  intermediateSize: 3072,
  layers: 12,
  heads: 12,
  headDim: 64,
  contextLength: 1024,
  normEpsilon: 1e-5,
  tiedHead: true,
  eosTokenIds: [50256],
  bosTokenId: 50256,
};
