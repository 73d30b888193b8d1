/**
 * Rotary position embeddings on the q and k heads of joined qkv rows, in place, forward and backward; with Qwen3's RMSNorm
 * over each head before the rotation. Tables come from src/model/rope.ts. Leaves out the norms' weight gradients; see
 * norm-gradient.ts.
 */
import { grid, gridIndexWgsl, type BufferPart, type Dispatch, type Kernel } from '../../gpu/kernel';

export interface RopeShape {
  tokens: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  /** Of the norms over a head; unused without them. */
  epsilon: number;
}

/** Qwen3's norms over head_dim. */
export interface RopeNorm {
  /** qkv before norm and rotation, [tokens, (heads + 2 kvHeads) * d]; kept for the backward pass. */
  raw: BufferPart;
  /** [d] */
  query: BufferPart;
  /** [d] */
  key: BufferPart;
}

export interface RopeBuffers {
  /** [tokens, (heads + 2 kvHeads) * d]: query heads, key heads, value heads. Rotated in place; written in full with norms. */
  qkv: BufferPart;
  /** u32 [tokens] */
  positions: BufferPart;
  /** [positions, d] each; columns i and i + d/2 are equal. */
  cos: BufferPart;
  sin: BufferPart;
  norm?: RopeNorm;
}

export const ropeParams = { tokens: 'u32', heads: 'u32', kvHeads: 'u32', headDim: 'u32', epsilon: 'f32' } as const;

const lanes = 64;

const tables = /* wgsl */ `
@group(0) @binding(1) var<storage, read> positions: array<u32>;
@group(0) @binding(2) var<storage, read> cosines: array<f32>;
@group(0) @binding(3) var<storage, read> sines: array<f32>;
`;

/** One invocation turns a pair (i, i + d/2) of a head. `sign` is -1 for the inverse rotation. */
function rotateKernel(direction: 'forward' | 'backward'): Kernel<typeof ropeParams> {
  const sign = direction === 'forward' ? '' : '-';
  return {
    name: `rope.rotate.${direction}`,
    params: ropeParams,
    bindings: ['read', 'read', 'read', 'write'],
    code: /* wgsl */ `${tables}
@group(0) @binding(4) var<storage, read_write> x: array<f32>;
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let half = params.headDim / 2u;
  let turned = (params.heads + params.kvHeads) * half;
  let index = ${gridIndexWgsl} * ${lanes}u + local;
  if (index >= params.tokens * turned) { return; }
  let token = index / turned;
  let head = (index % turned) / half;
  let i = index % half;
  let at = (token * (params.heads + 2u * params.kvHeads) + head) * params.headDim + i;
  let table = positions[token] * params.headDim + i;
  let first = x[at];
  let second = x[at + half];
  let cosine = cosines[table];
  let sine = ${sign}sines[table];
  x[at] = first * cosine - second * sine;
  x[at + half] = second * cosine + first * sine;
}`,
  };
}

/** WGSL that every kernel with norms begins with: one invocation a head of a token; values pass through. */
const normedHead = /* wgsl */ `
  let all = params.heads + 2u * params.kvHeads;
  let index = ${gridIndexWgsl} * ${lanes}u + local;
  if (index >= params.tokens * all) { return; }
  let head = index % all;
  let at = index * params.headDim;
  let half = params.headDim / 2u;
  let table = positions[index / all] * params.headDim;
  let isQuery = head < params.heads;
`;

/** WGSL of 1 / sqrt(mean of squares + epsilon) of the raw head at \`at\`. */
const scaleOfRaw = /* wgsl */ `
  var squares = 0.0;
  for (var i = 0u; i < params.headDim; i++) { squares = fma(raw[at + i], raw[at + i], squares); }
  let scale = inverseSqrt(squares / f32(params.headDim) + params.epsilon);
`;

const normForwardKernel: Kernel<typeof ropeParams> = {
  name: 'rope.norm.forward',
  params: ropeParams,
  bindings: ['read', 'read', 'read', 'read', 'read', 'read', 'write'],
  code: /* wgsl */ `${tables}
@group(0) @binding(4) var<storage, read> raw: array<f32>;
@group(0) @binding(5) var<storage, read> queryNorm: array<f32>;
@group(0) @binding(6) var<storage, read> keyNorm: array<f32>;
@group(0) @binding(7) var<storage, read_write> x: array<f32>;
fn weight(isQuery: bool, i: u32) -> f32 {
  if (isQuery) { return queryNorm[i]; }
  return keyNorm[i];
}
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  ${normedHead}
  if (head >= params.heads + params.kvHeads) {
    for (var i = 0u; i < params.headDim; i++) { x[at + i] = raw[at + i]; }
    return;
  }
  ${scaleOfRaw}
  for (var i = 0u; i < half; i++) {
    let first = raw[at + i] * scale * weight(isQuery, i);
    let second = raw[at + half + i] * scale * weight(isQuery, half + i);
    let cosine = cosines[table + i];
    let sine = sines[table + i];
    x[at + i] = first * cosine - second * sine;
    x[at + half + i] = second * cosine + first * sine;
  }
}`,
};

/** dx in place: inverse rotation, then scale (g - xhat mean(g xhat)) with g = dy * weight and xhat = raw * scale. */
const normBackwardKernel: Kernel<typeof ropeParams> = {
  ...normForwardKernel,
  name: 'rope.norm.backward',
  code:
    normForwardKernel.code.slice(0, normForwardKernel.code.indexOf('@compute')) +
    /* wgsl */ `
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  ${normedHead}
  if (head >= params.heads + params.kvHeads) { return; }
  ${scaleOfRaw}
  var product = 0.0;
  for (var i = 0u; i < half; i++) {
    let first = x[at + i];
    let second = x[at + half + i];
    let cosine = cosines[table + i];
    let sine = sines[table + i];
    let g = (first * cosine + second * sine) * weight(isQuery, i);
    let h = (second * cosine - first * sine) * weight(isQuery, half + i);
    x[at + i] = g;
    x[at + half + i] = h;
    product = fma(g, raw[at + i], fma(h, raw[at + half + i], product));
  }
  let mean = product * scale * scale / f32(params.headDim);
  for (var i = 0u; i < params.headDim; i++) { x[at + i] = scale * (x[at + i] - raw[at + i] * mean); }
}`,
};

const rotations = { forward: rotateKernel('forward'), backward: rotateKernel('backward') };

function rope(shape: RopeShape, buffers: RopeBuffers, x: BufferPart, direction: 'forward' | 'backward') {
  const { tokens, heads, kvHeads, headDim, epsilon } = shape;
  const { positions, cos, sin, norm } = buffers;
  const params = { tokens, heads, kvHeads, headDim, epsilon };
  const turned = tokens * (heads + kvHeads) * headDim;
  if (!norm) {
    return {
      kernel: rotations[direction],
      buffers: [positions, cos, sin, x],
      params,
      workgroups: grid(Math.ceil(turned / 2 / lanes)),
      flops: 3 * turned,
      bytes: 4 * (2 * turned + tokens * (headDim + 1)),
    };
  }
  const all = tokens * (heads + 2 * kvHeads) * headDim;
  return {
    kernel: direction === 'forward' ? normForwardKernel : normBackwardKernel,
    buffers: [positions, cos, sin, norm.raw, norm.query, norm.key, x],
    params,
    workgroups: grid(Math.ceil(all / headDim / lanes)),
    flops: (direction === 'forward' ? 7 : 12) * turned,
    bytes: 4 * ((direction === 'forward' ? 2 * all : 3 * turned) + tokens * (headDim + 1) + 2 * headDim),
  };
}

/** q and k heads of qkv turned by their positions, after the norms where there are any (then qkv is written from norm.raw). */
export function ropeForward(shape: RopeShape, buffers: RopeBuffers): Dispatch<typeof ropeParams> {
  return rope(shape, buffers, buffers.qkv, 'forward');
}

/** Turns the gradient `dqkv` of ropeForward's result in place into that of its input. Value heads stay. */
export function ropeBackward(
  shape: RopeShape,
  buffers: Omit<RopeBuffers, 'qkv'> & { dqkv: BufferPart },
): Dispatch<typeof ropeParams> {
  return rope(shape, { ...buffers, qkv: buffers.dqkv }, buffers.dqkv, 'backward');
}
