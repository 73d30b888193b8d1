/** GPT-2: learned positions, LayerNorm, Conv1D weights stored [in, out], gelu_new, tied head. */
import { splitHeads } from '../ops/attention';
import { embedding } from '../ops/embedding';
import { geluNew } from '../ops/mlp';
import { layerNorm } from '../ops/norms';
import { add, intsFromHost, slice, type Tensor } from '../ops/tensor';
import type { Architecture, ForwardContext } from './architecture';
import type { Gpt2Config } from './config';

const tokenTable = 'transformer.wte.weight';

/** The architecture of `config`. */
export function gpt2Architecture(config: Gpt2Config): Architecture {
  const { heads, hiddenSize } = config;
  const blockPrefix = (layer: number) => `transformer.h.${layer}.`;
  const norm = (context: ForwardContext, x: Tensor, name: string) =>
    layerNorm(x, context.weight(`${name}.weight`), context.weight(`${name}.bias`), config.normEpsilon);

  const selfAttention = (context: ForwardContext, layer: number, x: Tensor) => {
    const module = `${blockPrefix(layer)}attn`;
    const qkv = context.linear(x, `${module}.c_attn`);
    const part = (i: number) => splitHeads(slice(qkv, [0, 0, i * hiddenSize], [-1, -1, hiddenSize]), heads);
    return context.linear(context.attend(layer, part(0), part(1), part(2)), `${module}.c_proj`);
  };
  const feedForward = (context: ForwardContext, layer: number, x: Tensor) => {
    const module = `${blockPrefix(layer)}mlp`;
    return context.linear(geluNew(context.linear(x, `${module}.c_fc`)), `${module}.c_proj`);
  };

  return {
    layers: config.layers,
    kvHeads: heads,
    headDim: config.headDim,
    blockPrefix,
    isTransposed: () => false,
    hasBias: () => true,
    headWeight: config.tiedHead ? tokenTable : 'lm_head.weight',
    embed: (context, ids) => {
      const positions = embedding(context.weight('transformer.wpe.weight'), context.positions.ids);
      return add(embedding(context.weight(tokenTable), ids), positions);
    },
    block: (context, layer, x) => {
      const prefix = blockPrefix(layer);
      const attended = add(x, selfAttention(context, layer, norm(context, x, `${prefix}ln_1`)));
      return add(attended, feedForward(context, layer, norm(context, attended, `${prefix}ln_2`)));
    },
    finalNorm: (context, x) => norm(context, x, 'transformer.ln_f'),
    sequencePositions: (length) => ({
      ids: intsFromHost(
        Int32Array.from({ length }, (_, i) => i),
        [length],
      ),
    }),
    rowPositions: (positions) => ({ ids: intsFromHost(positions, [positions.length, 1]) }),
    dispose: () => {},
  };
}
