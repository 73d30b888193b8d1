/**
 * Rotary embedding in place, without norms: one lane a token, frequency and block of heads, so that a table value serves
 * several heads. The inverse, which is also the backward, is the same with the sine negated.
 */
import { gridIndexWgsl, type Kernel } from '../../gpu/kernel';

export const rotateParams = {
  tokens: 'u32',
  /** Heads to rotate: those of queries and keys. */
  rotated: 'u32',
  /** Floats of a row of qkv. */
  width: 'u32',
  /** 1, or -1 for the inverse. */
  direction: 'f32',
} as const;

/** Heads a lane. */
export const headBlock = 4;
export const rotateLanes = 64;

/** Bindings: positions, cos, sin, qkv. Workgroups: tokens * d/2 lanes in x and y, blocks of heads in z. */
export function rotateKernel(headDim: number): Kernel<typeof rotateParams> {
  const half = headDim / 2;
  return {
    name: `rope.rotate.d${headDim}`,
    params: rotateParams,
    bindings: ['read', 'read', 'read', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> positions: array<u32>;
@group(0) @binding(2) var<storage, read> cosines: array<f32>;
@group(0) @binding(3) var<storage, read> sines: array<f32>;
@group(0) @binding(4) var<storage, read_write> qkv: array<f32>;
@compute @workgroup_size(${rotateLanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let item = ${gridIndexWgsl} * ${rotateLanes}u + local;
  let token = item / ${half}u;
  if (token >= params.tokens) { return; }
  let i = item % ${half}u;
  let table = positions[token] * ${headDim}u + i;
  let c = cosines[table];
  let s = sines[table] * params.direction;
  let first = group.z * ${headBlock}u;
  for (var head = first; head < min(first + ${headBlock}u, params.rotated); head++) {
    let low = token * params.width + head * ${headDim}u + i;
    let high = low + ${half}u;
    let a = qkv[low];
    let b = qkv[high];
    qkv[low] = a * c - b * s;
    qkv[high] = b * c + a * s;
  }
}`,
  };
}
