/**
 * Both model families once more in float64 plain JavaScript, one sequence at a time without padding or batches: token
 * log-probabilities as a function of all weights. Built on test/gpu/ops/reference.ts alone.
 */
import type { LoraConfig } from '../../../src/model/adapter-types';
import type { Gpt2Config, LlamaConfig, ModelConfig } from '../../../src/model/config';
import {
  attend,
  flat,
  geluNew,
  layerNorm,
  linear,
  loraTerm,
  plus,
  rmsNorm,
  rope,
  rowsOf,
  swiglu,
  tokenFigures,
  transpose,
  type Matrix,
  type TokenFigures,
} from '../ops/reference';

/** Every tensor in its safetensors shape, in float64; LoRA factors too, under PEFT's names. */
export type Weights = ReadonlyMap<string, { shape: number[]; data: Float64Array }>;

export interface ReferenceModel {
  config: ModelConfig;
  weights: Weights;
  lora: LoraConfig | null;
}

const vector = ({ weights }: ReferenceModel, name: string) => weights.get(name)!.data;

function matrix({ weights }: ReferenceModel, name: string): Matrix {
  const { shape, data } = weights.get(name)!;
  return rowsOf(data, shape[1]!);
}

function adapted(model: ReferenceModel, x: Matrix, module: string): Matrix {
  const stored = matrix(model, `${module}.weight`);
  const weight = model.config.family === 'llama' ? transpose(stored) : stored;
  const bias = model.weights.get(`${module}.bias`)?.data;
  const y = linear(x, weight, bias);
  if (!model.lora || !model.weights.has(`${module}.lora_A`)) return y;
  const [a, b] = [matrix(model, `${module}.lora_A`), matrix(model, `${module}.lora_B`)];
  return plus(y, loraTerm(x, a, b, model.lora.alpha / model.lora.rank));
}

/** Columns of head `head`. */
const ofHead = (x: Matrix, head: number, width: number) => x.map((row) => row.slice(head * width, (head + 1) * width));

/** Causal attention; the results of all heads side by side. */
function mixed(q: Matrix, k: Matrix, v: Matrix, heads: number, kvHeads: number, turn: (x: Matrix) => Matrix): Matrix {
  const width = q[0]!.length / heads;
  const parts = Array.from({ length: heads }, (_, head) => {
    const shared = Math.floor(head / (heads / kvHeads));
    const [queries, keys] = [ofHead(q, head, width), ofHead(k, shared, width)].map(turn) as [Matrix, Matrix];
    const values = ofHead(v, shared, width);
    return queries.map((query, t) => attend(query, keys.slice(0, t + 1), values.slice(0, t + 1)));
  });
  return q.map((_, t) => flat(parts.map((part) => part[t]!)));
}

function llamaBlock(model: ReferenceModel, config: LlamaConfig, prefix: string, x: Matrix): Matrix {
  const { headDim, normEpsilon, ropeTheta, heads, kvHeads, qkNorm } = config;
  const angles = (t: number) =>
    Float64Array.from({ length: headDim }, (_, i) => t * ropeTheta ** (-(2 * (i % (headDim / 2))) / headDim));
  const normed = rmsNorm(x, vector(model, `${prefix}input_layernorm.weight`), normEpsilon);
  const projected = (which: string) => adapted(model, normed, `${prefix}self_attn.${which}_proj`);
  const headNorm = (y: Matrix, count: number, which: string) =>
    qkNorm
      ? rowsOf(
          flat(
            rmsNorm(rowsOf(flat(y), headDim), vector(model, `${prefix}self_attn.${which}_norm.weight`), normEpsilon),
          ),
          headDim * count,
        )
      : y;
  // Once for all heads: they need a power each.
  const turns = x.map((_, t) => [angles(t).map(Math.cos), angles(t).map(Math.sin)] as const);
  const turn = (y: Matrix) => y.map((row, t) => rope(row, ...turns[t]!));
  const [q, k] = [headNorm(projected('q'), heads, 'q'), headNorm(projected('k'), kvHeads, 'k')];
  const attended = plus(
    x,
    adapted(model, mixed(q, k, projected('v'), heads, kvHeads, turn), `${prefix}self_attn.o_proj`),
  );
  const inner = rmsNorm(attended, vector(model, `${prefix}post_attention_layernorm.weight`), normEpsilon);
  const [gate, up] = [adapted(model, inner, `${prefix}mlp.gate_proj`), adapted(model, inner, `${prefix}mlp.up_proj`)];
  const acted = gate.map((row, t) => swiglu(row, up[t]!));
  return plus(attended, adapted(model, acted, `${prefix}mlp.down_proj`));
}

function gpt2Block(model: ReferenceModel, config: Gpt2Config, prefix: string, x: Matrix): Matrix {
  const { heads, hiddenSize, normEpsilon } = config;
  const norm = (y: Matrix, name: string) =>
    layerNorm(y, vector(model, `${prefix}${name}.weight`), vector(model, `${prefix}${name}.bias`), normEpsilon);
  const qkv = adapted(model, norm(x, 'ln_1'), `${prefix}attn.c_attn`);
  const [q, k, v] = [0, 1, 2].map((part) => ofHead(qkv, part, hiddenSize)) as [Matrix, Matrix, Matrix];
  const attended = plus(
    x,
    adapted(
      model,
      mixed(q, k, v, heads, heads, (y) => y),
      `${prefix}attn.c_proj`,
    ),
  );
  const inner = adapted(model, norm(attended, 'ln_2'), `${prefix}mlp.c_fc`).map(geluNew);
  return plus(attended, adapted(model, inner, `${prefix}mlp.c_proj`));
}

/** Final-norm hidden states of one sequence. */
export function hiddenStates(model: ReferenceModel, ids: number[]): Matrix {
  const { config } = model;
  if (config.family === 'llama') {
    const table = matrix(model, 'model.embed_tokens.weight');
    let x: Matrix = ids.map((id) => table[id]!);
    for (let layer = 0; layer < config.layers; layer++) x = llamaBlock(model, config, `model.layers.${layer}.`, x);
    return rmsNorm(x, vector(model, 'model.norm.weight'), config.normEpsilon);
  }
  const [tokens, places] = [matrix(model, 'transformer.wte.weight'), matrix(model, 'transformer.wpe.weight')];
  let x = plus(
    ids.map((id) => tokens[id]!),
    places,
  );
  for (let layer = 0; layer < config.layers; layer++) x = gpt2Block(model, config, `transformer.h.${layer}.`, x);
  const [weight, bias] = [vector(model, 'transformer.ln_f.weight'), vector(model, 'transformer.ln_f.bias')];
  return layerNorm(x, weight, bias, config.normEpsilon);
}

/** Figures of each response token given all before it. */
export function responseFigures(model: ReferenceModel, promptIds: number[], responseIds: number[]): TokenFigures[] {
  const { config } = model;
  const embedded = config.family === 'llama' ? 'model.embed_tokens.weight' : 'transformer.wte.weight';
  const head = matrix(model, config.tiedHead ? embedded : 'lm_head.weight');
  const states = hiddenStates(model, [...promptIds, ...responseIds]);
  return responseIds.map((id, t) => tokenFigures(states[promptIds.length - 1 + t]!, head, id));
}
