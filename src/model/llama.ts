/** The Llama family: grouped-query attention, RoPE, RMSNorm, SwiGLU; Qwen2's bias, Qwen3's q/k norm. */
import { splitHeads } from '../ops/attention';
import { embedding } from '../ops/embedding';
import { swiglu } from '../ops/mlp';
import { rmsNorm } from '../ops/norms';
import { applyRope, rotateHalfMatrix } from '../ops/rope';
import { add, fromHost, intsFromHost, keep, type Tensor } from '../ops/tensor';
import type { Architecture, ForwardContext, Positions } from './architecture';
import type { LlamaConfig } from './config';
import { ropeTables } from './rope';

const embedTokens = 'model.embed_tokens.weight';
const linearModule = /^model\.layers\.\d+\.(self_attn|mlp)\.\w+_proj\.weight$/;

/** The architecture of `config`. */
export function llamaArchitecture(config: LlamaConfig): Architecture {
  const { normEpsilon, heads, kvHeads, qkNorm } = config;
  const rotateHalf = keep(rotateHalfMatrix(config.headDim));
  const blockPrefix = (layer: number) => `model.layers.${layer}.`;

  const project = (context: ForwardContext, layer: number, x: Tensor, which: 'q' | 'k') => {
    const module = `${blockPrefix(layer)}self_attn`;
    const split = splitHeads(context.linear(x, `${module}.${which}_proj`), which === 'q' ? heads : kvHeads);
    const normed = qkNorm ? rmsNorm(split, context.weight(`${module}.${which}_norm.weight`), normEpsilon) : split;
    const rope = context.positions.rope!;
    return applyRope(normed, rope.cos, rope.sin, rope.rotateHalf);
  };
  const selfAttention = (context: ForwardContext, layer: number, x: Tensor) => {
    const module = `${blockPrefix(layer)}self_attn`;
    const v = splitHeads(context.linear(x, `${module}.v_proj`), kvHeads);
    const mixed = context.attend(layer, project(context, layer, x, 'q'), project(context, layer, x, 'k'), v);
    return context.linear(mixed, `${module}.o_proj`);
  };
  const feedForward = (context: ForwardContext, layer: number, x: Tensor) => {
    const module = `${blockPrefix(layer)}mlp`;
    const inner = swiglu(context.linear(x, `${module}.gate_proj`), context.linear(x, `${module}.up_proj`));
    return context.linear(inner, `${module}.down_proj`);
  };
  const norm = (context: ForwardContext, x: Tensor, name: string) => rmsNorm(x, context.weight(name), normEpsilon);

  return {
    layers: config.layers,
    kvHeads,
    headDim: config.headDim,
    blockPrefix,
    isTransposed: (name) => linearModule.test(name),
    hasBias: (module) => hasBias(config, module),
    headWeight: config.tiedHead ? embedTokens : 'lm_head.weight',
    embed: (context, ids) => embedding(context.weight(embedTokens), ids, config.paddingTokenId),
    block: (context, layer, x) => {
      const prefix = blockPrefix(layer);
      const attended = add(x, selfAttention(context, layer, norm(context, x, `${prefix}input_layernorm.weight`)));
      const normed = norm(context, attended, `${prefix}post_attention_layernorm.weight`);
      return add(attended, feedForward(context, layer, normed));
    },
    finalNorm: (context, x) => norm(context, x, 'model.norm.weight'),
    sequencePositions: (length) => {
      const { cos, sin } = ropeTables(config, length);
      const shape = [length, config.headDim];
      return positionsOf(
        Int32Array.from({ length }, (_, i) => i),
        [length],
        cos,
        sin,
        shape,
        rotateHalf,
      );
    },
    rowPositions: (positions) => {
      const { cos, sin } = ropeTables(config, Math.max(...positions) + 1);
      const rows = (table: Float32Array) => gatherRows(table, positions, config.headDim);
      const batch = positions.length;
      return positionsOf(positions, [batch, 1], rows(cos), rows(sin), [batch, 1, 1, config.headDim], rotateHalf);
    },
    dispose: () => rotateHalf.dispose(),
  };
}

function hasBias(config: LlamaConfig, module: string): boolean {
  if (/\.(q|k|v)_proj$/.test(module)) return config.qkvBias;
  if (module.endsWith('.o_proj')) return config.outputBias;
  return config.mlpBias;
}

function gatherRows(table: Float32Array, rows: Int32Array, width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => out.set(table.subarray(row * width, (row + 1) * width), i * width));
  return out;
}

function positionsOf(
  ids: Int32Array,
  idShape: number[],
  cos: Float32Array,
  sin: Float32Array,
  tableShape: number[],
  rotateHalf: Tensor,
): Positions {
  const rope = { cos: fromHost(cos, tableShape), sin: fromHost(sin, tableShape), rotateHalf };
  return { ids: intsFromHost(ids, idShape), rope };
}
