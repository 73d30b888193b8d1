/** Names of the tensors of a block and of what is around the blocks, for both families. */
import type { ModelConfig } from '../config';

/** A norm's region keys; LayerNorm has a bias. */
export interface NormNames {
  weight: string;
  bias?: string;
}

export interface BlockNames {
  attentionNorm: NormNames;
  feedForwardNorm: NormNames;
  /** Qwen3's norms over head_dim. */
  queryNorm?: string;
  keyNorm?: string;
}

export interface OuterNames {
  embedding: string;
  /** GPT-2's learned positions. */
  positions?: string;
  finalNorm: NormNames;
  /** The [vocabulary, hidden] matrix that makes the logits. */
  head: string;
}

const layerNorm = (path: string): NormNames => ({ weight: `${path}.weight`, bias: `${path}.bias` });

export function blockNames(config: ModelConfig, layer: number): BlockNames {
  if (config.family === 'gpt2') {
    const prefix = `transformer.h.${layer}`;
    return { attentionNorm: layerNorm(`${prefix}.ln_1`), feedForwardNorm: layerNorm(`${prefix}.ln_2`) };
  }
  const prefix = `model.layers.${layer}`;
  return {
    attentionNorm: { weight: `${prefix}.input_layernorm.weight` },
    feedForwardNorm: { weight: `${prefix}.post_attention_layernorm.weight` },
    ...(config.qkNorm && {
      queryNorm: `${prefix}.self_attn.q_norm.weight`,
      keyNorm: `${prefix}.self_attn.k_norm.weight`,
    }),
  };
}

export function outerNames(config: ModelConfig): OuterNames {
  if (config.family === 'gpt2') {
    const embedding = 'transformer.wte.weight';
    return {
      embedding,
      positions: 'transformer.wpe.weight',
      finalNorm: layerNorm('transformer.ln_f'),
      head: config.tiedHead ? embedding : 'lm_head.weight',
    };
  }
  const embedding = 'model.embed_tokens.weight';
  return {
    embedding,
    finalNorm: { weight: 'model.norm.weight' },
    head: config.tiedHead ? embedding : 'lm_head.weight',
  };
}
