/** TinyLlama-1.1B's shape, the model of the origin's run. */
import type { LlamaConfig } from '../../src/model/config';

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
