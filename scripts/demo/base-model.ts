/** The demo's base model before training: its config.json, and seeded random weights. Leaves out training; see pretrain.ts. */
import { seededRandom } from '../../src/data/seeded-random';
import type { NamedTensor } from '../../src/model/adapter-types';
import type { LlamaConfig } from '../../src/model/config';
import { parseModelConfig } from '../../src/model/parse-config';
import { weightSpecs } from '../../src/model/weight-specs';

/** What may differ from one attempt to the next. */
export interface BaseShape {
  hidden: number;
  intermediate: number;
  layers: number;
  heads: number;
}

export interface VocabularyFacts {
  size: number;
  endTokenId: number;
}

/** config.json of a Llama-like model with a tied head and a context of 256. */
export function baseConfigJson({ hidden, intermediate, layers, heads }: BaseShape, vocabulary: VocabularyFacts) {
  return {
    architectures: ['LlamaForCausalLM'],
    attention_bias: false,
    attention_dropout: 0,
    bos_token_id: null,
    eos_token_id: vocabulary.endTokenId,
    head_dim: hidden / heads,
    hidden_act: 'silu',
    hidden_size: hidden,
    initializer_range: 0.02,
    intermediate_size: intermediate,
    max_position_embeddings: 256,
    mlp_bias: false,
    model_type: 'llama',
    num_attention_heads: heads,
    num_hidden_layers: layers,
    num_key_value_heads: heads,
    rms_norm_eps: 1e-5,
    rope_scaling: null,
    rope_theta: 10000,
    tie_word_embeddings: true,
    torch_dtype: 'float16',
    use_cache: true,
    vocab_size: vocabulary.size,
  };
}

export function baseConfig(json: ReturnType<typeof baseConfigJson>): LlamaConfig {
  const config = parseModelConfig(json, 'config.json');
  if (config.family !== 'llama') throw new Error('internal: the base model is no Llama');
  return config;
}

/**
 * Normal numbers: embeddings of deviation 0.04; matrices of variance 1/in, those that write to the residual stream smaller by
 * the root of how many there are, so that it keeps its size over the layers; norms are 1.
 */
export function initialWeights(config: LlamaConfig, seed: number): Map<string, NamedTensor> {
  const written = 1 / Math.sqrt(2 * config.layers);
  return new Map(
    weightSpecs(config).map(({ name, shape }) => {
      const size = shape.reduce((product, n) => product * n, 1);
      if (shape.length === 1) return [name, { shape, data: new Float32Array(size).fill(1) }];
      const writes = /(o_proj|down_proj)\.weight$/.test(name);
      const scale = name.includes('embed_tokens') ? 0.04 : (writes ? written : 1) / Math.sqrt(shape[1]!);
      return [name, { shape, data: normals(size, scale, seededRandom(seed, 'base model', name)) }];
    }),
  );
}

function normals(size: number, scale: number, random: () => number): Float32Array {
  return Float32Array.from(
    { length: size },
    () => scale * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}
