/**
 * A model of TinyLlama-1.1B's shape with random weights that are made tensor by tensor while they are uploaded: the host
 * never holds the model.
 */
import type { LoraAdapter, LoraConfig, NamedTensor } from '../../../src/model/adapter-types';
import type { LlamaConfig } from '../../../src/model/config';
import type { WeightSource } from '../../../src/model/fused/weights';
import { weightSpecs } from '../../../src/model/weight-specs';
import { recipePresets } from '../../../src/protocol/recipe';
import { loraConfig } from '../../../src/rounds/settings';
import { generator, modelConfigs, randomAdapter, uniformWeight } from '../support/bench-model';

export const tinyLlama: LlamaConfig = {
  ...modelConfigs.bench,
  eosTokenIds: [2],
  vocabSize: 32000,
  hiddenSize: 2048,
  intermediateSize: 5632,
  layers: 22,
  heads: 32,
  kvHeads: 4,
  headDim: 64,
  contextLength: 2048,
};

/** Of the origin preset. */
export const tinyLlamaLora: LoraConfig = loraConfig(recipePresets.origin, tinyLlama);

/** Both factors random, so that every gradient counts. */
export const tinyLlamaAdapter = (): LoraAdapter => randomAdapter(tinyLlama, tinyLlamaLora, generator(3));

/** @param onTensor is told of each tensor that is asked for */
export function tinyLlamaWeights(onTensor: (made: number, of: number) => void): WeightSource {
  const specs = new Map(weightSpecs(tinyLlama).map(({ name, shape }, i) => [name, { shape, seed: i }] as const));
  let made = 0;
  return {
    get: (name): NamedTensor | undefined => {
      const spec = specs.get(name);
      if (!spec) return undefined;
      onTensor(++made, specs.size);
      return uniformWeight(generator(spec.seed), spec.shape);
    },
  };
}
