/**
 * RMSNorm of each query and key head, then the rotation (Qwen3), forward and backward: one lane a head of a token.
 * Norm: y = x r w with r = 1 / sqrt(mean(x^2) + epsilon); its backward: dx = r g w - x r^3 sum(g w x) / d.
 */
import { gridIndexWgsl, type Kernel } from '../../gpu/kernel';

export const normedParams = {
  tokens: 'u32',
  heads: 'u32',
  kvHeads: 'u32',
  headDim: 'u32',
  epsilon: 'f32',
} as const;

export const normedLanes = 64;

/** Floats of one load of half a head. */
export const halfVector = (headDim: number): 4 | 1 => (headDim % 8 === 0 ? 4 : 1);

const typeOf = (vector: number) => (vector === 4 ? 'vec4<f32>' : 'f32');
const sumOf = (vector: number, value: string) => (vector === 4 ? `dot(${value}, vec4(1.0))` : value);

const head = (vector: number, slots: string) => /* wgsl */ `
  let item = ${gridIndexWgsl} * ${normedLanes}u + local;
  let slots = ${slots};
  let token = item / slots;
  if (token >= params.tokens) { return; }
  let slot = item - token * slots;
  let half = params.headDim / ${2 * vector}u;
  let at = (token * (params.heads + 2u * params.kvHeads) + slot) * 2u * half;`;

const moments = (vector: number) => /* wgsl */ `
  let table = positions[token] * 2u * half;
  var squares = ${typeOf(vector)}();
  for (var i = 0u; i < 2u * half; i++) { squares += raw[at + i] * raw[at + i]; }
  let r = inverseSqrt(${sumOf(vector, 'squares')} / f32(params.headDim) + params.epsilon);`;

const bindings = (type: string, last: string) => /* wgsl */ `
@group(0) @binding(1) var<storage, read> raw: array<${type}>;
@group(0) @binding(2) var<storage, read> queryNorm: array<${type}>;
@group(0) @binding(3) var<storage, read> keyNorm: array<${type}>;
@group(0) @binding(4) var<storage, read> positions: array<u32>;
@group(0) @binding(5) var<storage, read> cosines: array<${type}>;
@group(0) @binding(6) var<storage, read> sines: array<${type}>;
@group(0) @binding(7) var<storage, read_write> ${last}: array<${type}>;
fn weight(slot: u32, i: u32) -> ${type} {
  if (slot < params.heads) { return queryNorm[i]; }
  return keyNorm[i];
}
@compute @workgroup_size(${normedLanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {`;

const access = ['read', 'read', 'read', 'read', 'read', 'read', 'write'] as const;

/** Bindings: raw qkv, query and key norm, positions, cos, sin, qkv. Items: all heads of all tokens; those of v are copied. */
export function normedForwardKernel(vector: 4 | 1): Kernel<typeof normedParams> {
  return {
    name: `rope.normed.forward.v${vector}`,
    params: normedParams,
    bindings: access,
    code: /* wgsl */ `${bindings(typeOf(vector), 'qkv')}
${head(vector, 'params.heads + 2u * params.kvHeads')}
  if (slot >= params.heads + params.kvHeads) {
    for (var i = 0u; i < 2u * half; i++) { qkv[at + i] = raw[at + i]; }
    return;
  }
${moments(vector)}
  for (var i = 0u; i < half; i++) {
    let a = raw[at + i] * r * weight(slot, i);
    let b = raw[at + half + i] * r * weight(slot, half + i);
    let c = cosines[table + i];
    let s = sines[table + i];
    qkv[at + i] = a * c - b * s;
    qkv[at + half + i] = b * c + a * s;
  }
}`,
  };
}

/** dqkv in place, from the gradient of the rotated qkv to that of the raw one. Bindings: as the forward, dqkv for qkv. Items: query and key heads. */
export function normedBackwardKernel(vector: 4 | 1): Kernel<typeof normedParams> {
  const type = typeOf(vector);
  const unrotated = /* wgsl */ `
    let c = cosines[table + i];
    let s = sines[table + i];
    let low = dqkv[at + i];
    let high = dqkv[at + half + i];
    let a = (low * c + high * s) * weight(slot, i);
    let b = (high * c - low * s) * weight(slot, half + i);`;
  return {
    name: `rope.normed.backward.v${vector}`,
    params: normedParams,
    bindings: access,
    code: /* wgsl */ `${bindings(type, 'dqkv')}
${head(vector, 'params.heads + params.kvHeads')}
${moments(vector)}
  var products = ${type}();
  for (var i = 0u; i < half; i++) {${unrotated}
    products += a * raw[at + i] + b * raw[at + half + i];
  }
  let pull = r * r * r * ${sumOf(vector, 'products')} / f32(params.headDim);
  for (var i = 0u; i < half; i++) {${unrotated}
    dqkv[at + i] = a * r - raw[at + i] * pull;
    dqkv[at + half + i] = b * r - raw[at + half + i] * pull;
  }
}`,
  };
}
