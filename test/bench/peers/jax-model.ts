/**
 * The Llama-like benchmark model in jax-js, as its documentation and its own models (website/src/routes/chat) write one:
 * arrays of weights passed to jitted functions, nn.dotProductAttention, ownership by `.ref`. It has neither lax.scan nor
 * donated arguments, so layers are unrolled and arrays are owned. Leaves out training and caches.
 */
import { defaultDevice, getWebGPUDevice, init, nn, numpy as np, tree } from '@jax-js/jax';
import { ropeTables } from '../../../src/model/rope';
import type { LlamaConfig } from '../../../src/model/config';
import type { BenchModel } from '../contender';
import { countDevice, type DeviceCounts } from '../support/counted-device';
import { addIteratorHelpers } from '../support/iterator-helpers';

const projections = ['q', 'k', 'v', 'o'] as const;
type Projection = (typeof projections)[number];

/** Linear weights are [out, in], as in the files. */
export type JaxLayer = {
  inputNorm: np.Array;
  postNorm: np.Array;
  q: np.Array;
  k: np.Array;
  v: np.Array;
  o: np.Array;
  gate: np.Array;
  up: np.Array;
  down: np.Array;
};

export type JaxWeights = { embed: np.Array; layers: JaxLayer[]; norm: np.Array; head: np.Array };

/** LoRA factors A [rank, in] and B [out, rank] of one layer; of all layers, where they are stacked on a first axis. */
export type JaxFactors = { [name in `${Projection}${'A' | 'B'}`]: np.Array };

/** cos and sin [length, 1, headDim]. */
export type JaxRope = { cos: np.Array; sin: np.Array };

let counts: DeviceCounts | undefined;

/** Starts jax-js on the WebGPU adapter of navigator.gpu, once a process, and counts its device. */
export async function startJax(): Promise<DeviceCounts> {
  if (counts) return counts;
  addIteratorHelpers();
  const devices = await init('webgpu');
  if (!devices.includes('webgpu')) throw new Error('jax-js found no WebGPU device');
  defaultDevice('webgpu');
  counts = countDevice(getWebGPUDevice());
  return counts;
}

export const toJax = (data: Float32Array, shape: number[]): np.Array =>
  np.array(Float32Array.from(data), { shape, dtype: np.float32 });

/** fp32 weights: jax-js would cast fp16 ones in every step, in kernels of their own. */
export function jaxWeights({ config, weights }: BenchModel): JaxWeights {
  const of = (name: string) => {
    const { data, shape } = weights.get(name)!;
    return toJax(data, shape);
  };
  return {
    embed: of('model.embed_tokens.weight'),
    layers: Array.from({ length: config.layers }, (_, layer) => {
      const own = (name: string) => of(`model.layers.${layer}.${name}.weight`);
      const mlp = { gate: own('mlp.gate_proj'), up: own('mlp.up_proj'), down: own('mlp.down_proj') };
      const [q, k, v, o] = projections.map((name) => own(`self_attn.${name}_proj`));
      const norms = { inputNorm: own('input_layernorm'), postNorm: own('post_attention_layernorm') };
      return { ...norms, q: q!, k: k!, v: v!, o: o!, ...mlp };
    }),
    norm: of('model.norm.weight'),
    head: of('lm_head.weight'),
  };
}

/** All layers' factors, stacked. */
export function jaxAdapter({ config, adapter }: BenchModel): JaxFactors {
  const of = (name: Projection, factor: 'A' | 'B') => {
    const tensors = Array.from({ length: config.layers }, (_, layer) => {
      return adapter.tensors.get(`model.layers.${layer}.self_attn.${name}_proj.lora_${factor}`)!;
    });
    const { shape, data } = tensors[0]!;
    const stacked = new Float32Array(data.length * tensors.length);
    tensors.forEach((tensor, layer) => stacked.set(tensor.data, layer * data.length));
    return toJax(stacked, [tensors.length, ...shape]);
  };
  const pair = (name: Projection) => [of(name, 'A'), of(name, 'B')] as const;
  const [[qA, qB], [kA, kB], [vA, vB], [oA, oB]] = [pair('q'), pair('k'), pair('v'), pair('o')];
  return { qA, qB, kA, kB, vA, vB, oA, oB };
}

export function jaxRope(config: LlamaConfig, length: number): JaxRope {
  const { cos, sin } = ropeTables(config, length);
  const shape = [length, 1, config.headDim];
  return { cos: toJax(cos, shape), sin: toJax(sin, shape) };
}

/** x [..., in] times weight [out, in] transposed. */
export const linear = (x: np.Array, weight: np.Array): np.Array => np.dot(x, weight.transpose());

export function rmsNorm(x: np.Array, weight: np.Array, epsilon: number): np.Array {
  const meanSquare = np.square(x.ref).mean(-1, { keepdims: true });
  return x.div(np.sqrt(meanSquare.add(epsilon))).mul(weight);
}

/** x [..., heads, headDim]. */
export function applyRope(x: np.Array, { cos, sin }: JaxRope): np.Array {
  const [low, high] = np.split(x.ref, 2, -1);
  const rotated = np.concatenate([high!.mul(-1), low!], -1);
  return x.mul(cos).add(rotated.mul(sin));
}

/** Applies a layer's projection `name` with its LoRA term, if there is an adapter. */
export type Project = (name: Projection, x: np.Array) => np.Array;

export function projectWith(weights: JaxLayer, adapter: JaxFactors | null, scale: number): Project {
  return (name, x) => {
    if (!adapter) return linear(x, weights[name]);
    const low = linear(x.ref, adapter[`${name}A`]).mul(scale);
    return linear(x, weights[name]).add(linear(low, adapter[`${name}B`]));
  };
}

/** q [..., length, heads, headDim], k and v [..., length, kvHeads, headDim], q and k rotated. */
export function queriesKeysValues(config: LlamaConfig, project: Project, x: np.Array, rope: JaxRope) {
  const lead = x.shape.slice(0, -1);
  const heads = (y: np.Array, count: number) => y.reshape([...lead, count, config.headDim]);
  const q = applyRope(heads(project('q', x.ref), config.heads), tree.ref(rope));
  const k = applyRope(heads(project('k', x.ref), config.kvHeads), rope);
  return { q, k, v: heads(project('v', x), config.kvHeads) };
}

export function feedForward({ gate, up, down }: JaxLayer, x: np.Array): np.Array {
  return linear(nn.silu(linear(x.ref, gate)).mul(linear(x, up)), down);
}
