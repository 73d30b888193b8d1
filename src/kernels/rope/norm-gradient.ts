/** Gradients of the weights of Qwen3's q and k norms, in two stages with a fixed order of sums. */
import { grid, type BufferPart, type Dispatch, type Kernel } from '../../gpu/kernel';
import { ropeParams, type RopeBuffers, type RopeShape } from './rope';

/** Tokens are shared out over so many sums. */
const parts = 64;
const lanes = 64;

/** Floats of the scratch buffer `partial`. */
export const ropeNormPartialFloats = (headDim: number): number => parts * 2 * headDim;

const partialKernel: Kernel<typeof ropeParams> = {
  name: 'rope.norm.gradient.partial',
  params: ropeParams,
  bindings: ['read', 'read', 'read', 'read', 'read', 'write'],
  code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> positions: array<u32>;
@group(0) @binding(2) var<storage, read> cosines: array<f32>;
@group(0) @binding(3) var<storage, read> sines: array<f32>;
@group(0) @binding(4) var<storage, read> raw: array<f32>;
@group(0) @binding(5) var<storage, read> dqkv: array<f32>;
@group(0) @binding(6) var<storage, read_write> partial: array<f32>;
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let d = params.headDim;
  let half = d / 2u;
  let each = (params.tokens + ${parts - 1}u) / ${parts}u;
  let start = group.x * each;
  let stop = min(start + each, params.tokens);
  for (var i = local; i < d; i += ${lanes}u) {
    let other = select(i - half, i + half, i < half);
    let side = select(-1.0, 1.0, i < half);
    var sums = vec2<f32>();
    for (var token = start; token < stop; token++) {
      let table = positions[token] * d + i;
      for (var head = 0u; head < params.heads + params.kvHeads; head++) {
        let at = (token * (params.heads + 2u * params.kvHeads) + head) * d;
        var squares = 0.0;
        for (var j = 0u; j < d; j++) { squares = fma(raw[at + j], raw[at + j], squares); }
        let scale = inverseSqrt(squares / f32(d) + params.epsilon);
        let turnedBack = dqkv[at + i] * cosines[table] + side * dqkv[at + other] * sines[table];
        let term = turnedBack * raw[at + i] * scale;
        if (head < params.heads) { sums.x += term; } else { sums.y += term; }
      }
    }
    partial[(group.x * 2u) * d + i] = sums.x;
    partial[(group.x * 2u + 1u) * d + i] = sums.y;
  }
}`,
};

const sumKernel: Kernel<typeof ropeParams> = {
  name: 'rope.norm.gradient.sum',
  params: ropeParams,
  bindings: ['read', 'write', 'write'],
  code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> query: array<f32>;
@group(0) @binding(3) var<storage, read_write> key: array<f32>;
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let i = group.x * ${lanes}u + local;
  let d = params.headDim;
  if (i >= d) { return; }
  var sums = vec2<f32>();
  for (var part = 0u; part < ${parts}u; part++) {
    sums += vec2<f32>(partial[part * 2u * d + i], partial[(part * 2u + 1u) * d + i]);
  }
  query[i] += sums.x;
  key[i] += sums.y;
}`,
};

/**
 * gradient += sum over tokens and heads of (dqkv turned back) * xhat. Takes dqkv before ropeBackward.
 * @param buffers partial: ropeNormPartialFloats() floats; gradient [d] of each norm
 */
export function ropeNormGradient(
  shape: RopeShape,
  buffers: RopeBuffers & { dqkv: BufferPart; partial: BufferPart; gradient: { query: BufferPart; key: BufferPart } },
): Dispatch<typeof ropeParams>[] {
  const { positions, cos, sin, norm, dqkv, partial, gradient } = buffers;
  if (!norm) throw new Error('internal: there are no q and k norms');
  const { tokens, heads, kvHeads, headDim } = shape;
  const params = { ...shape };
  const turned = tokens * (heads + kvHeads) * headDim;
  return [
    {
      kernel: partialKernel,
      buffers: [positions, cos, sin, norm.raw, dqkv, partial],
      params,
      workgroups: [parts],
      flops: 8 * turned,
      bytes: 8 * turned,
    },
    {
      kernel: sumKernel,
      buffers: [partial, gradient.query, gradient.key],
      params,
      workgroups: grid(Math.ceil(headDim / lanes)),
      flops: 2 * parts * headDim,
      bytes: 4 * ropeNormPartialFloats(headDim),
    },
  ];
}
