/**
 * One decode step's rows into the KV cache in one dispatch: optional RMSNorm of each q and k head (Qwen3), rotary
 * embedding (Su et al. 2021, half-split as in Hugging Face), rotated keys and values to the cache, rotated queries to a
 * buffer. Row i belongs to slot i. A model without rotary embedding (GPT-2) uses it too, for the split alone.
 */
import { grid, gridIndexWgsl, type BufferPart, type Dispatch, type Kernel, type WeightType } from '../../gpu/kernel';
import type { LayerCache } from './kv-cache';
import { addressWgsl, conversionWgsl, quadBytes, quadsOf, storedTypes, type CacheShape } from './layout';

const lanes = 64;

const params = {
  rows: 'u32',
  heads: 'u32',
  kvHeads: 'u32',
  headDim: 'u32',
  quads: 'u32',
  capacity: 'u32',
  epsilon: 'f32',
} as const;

interface Variant {
  type: WeightType;
  rope: boolean;
  norm: boolean;
}

const kernels = new Map<string, Kernel<typeof params>>();

/** `normScale(start)`: 1 / sqrt(mean(x^2) + epsilon) of the head that starts there; `normed(start, e, scale, key)`. */
const normWgsl = /* wgsl */ `
fn normScale(start: u32) -> f32 {
  var sum = 0.0;
  for (var e = 0u; e < params.headDim; e++) { sum += qkv[start + e] * qkv[start + e]; }
  return inverseSqrt(sum / f32(params.headDim) + params.epsilon);
}
fn normed(start: u32, e: u32, scale: f32, key: u32) -> f32 {
  return qkv[start + e] * scale * norms[key * params.headDim + e];
}
`;

const plainWgsl = /* wgsl */ `
fn normScale(start: u32) -> f32 { return 1.0; }
fn normed(start: u32, e: u32, scale: f32, key: u32) -> f32 { return qkv[start + e]; }
`;

const rotatedWgsl = /* wgsl */ `
    let half = params.headDim / 2u;
    let first = e < half;
    let other = normed(start, select(e - half, e + half, first), scale, key);
    let at = position * params.headDim + e;
    x[j] = normed(start, e, scale, key) * cosines[at] + select(other, -other, first) * sines[at];`;

/** Bindings in order: name, type and access. */
function bindingsOf({ type, rope, norm }: Variant) {
  const quads = `array<${storedTypes[type].quad}>`;
  return [
    { name: 'qkv', type: 'array<f32>', access: 'read' },
    { name: 'lengths', type: 'array<u32>', access: 'read' },
    ...(rope ? ([{ name: 'cosines', type: 'array<f32>', access: 'read' }] as const) : []),
    ...(rope ? ([{ name: 'sines', type: 'array<f32>', access: 'read' }] as const) : []),
    ...(norm ? ([{ name: 'norms', type: 'array<f32>', access: 'read' }] as const) : []),
    { name: 'q', type: 'array<f32>', access: 'write' },
    { name: 'keys', type: quads, access: 'write' },
    { name: 'values', type: quads, access: 'write' },
  ] as const;
}

function kernelOf(variant: Variant): Kernel<typeof params> {
  const { type, rope, norm } = variant;
  const name = `kvCache.${rope ? 'rotateAppend' : 'splitAppend'}.${norm ? 'norm.' : ''}${type}`;
  const known = kernels.get(name);
  if (known) return known;
  const bindings = bindingsOf(variant);
  const declared = bindings.map(
    ({ name: variable, type: array, access }, i) =>
      `@group(0) @binding(${i + 1}) var<storage, ${access === 'read' ? 'read' : 'read_write'}> ${variable}: ${array};`,
  );
  const kernel: Kernel<typeof params> = {
    name,
    params,
    bindings: bindings.map(({ access }) => access),
    usesF16: type === 'native',
    code: /* wgsl */ `${declared.join('\n')}
${conversionWgsl(type)}${addressWgsl}${norm ? normWgsl : plainWgsl}
fn plain(start: u32, quad: u32) -> vec4<f32> {
  var x = vec4<f32>();
  for (var j = 0u; j < min(4u, params.headDim - 4u * quad); j++) { x[j] = qkv[start + 4u * quad + j]; }
  return x;
}
fn turned(start: u32, quad: u32, position: u32, key: u32) -> vec4<f32> {
  let scale = normScale(start);
  var x = vec4<f32>();
  for (var j = 0u; j < min(4u, params.headDim - 4u * quad); j++) {
    let e = 4u * quad + j;${rope ? rotatedWgsl : 'x[j] = normed(start, e, scale, key);'}
  }
  return x;
}
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let i = ${gridIndexWgsl} * ${lanes}u + local;
  let heads = params.heads + 2u * params.kvHeads;
  let quad = i % params.quads;
  let head = i / params.quads % heads;
  let row = i / (params.quads * heads);
  if (row >= params.rows) { return; }
  let length = lengths[row];
  if (length == 0u || length > params.capacity) { return; }
  let position = length - 1u;
  let start = (row * heads + head) * params.headDim;
  if (head < params.heads) {
    let x = turned(start, quad, position, 0u);
    let to = (row * params.heads + head) * params.headDim;
    for (var j = 0u; j < min(4u, params.headDim - 4u * quad); j++) { q[to + 4u * quad + j] = x[j]; }
  } else if (head < params.heads + params.kvHeads) {
    keys[keyAt(row, head - params.heads, quad, position)] = storedQuad(turned(start, quad, position, 1u));
  } else {
    values[valueAt(row, head - params.heads - params.kvHeads, quad, position)] = storedQuad(plain(start, quad));
  }
}`,
  };
  kernels.set(name, kernel);
  return kernel;
}

export interface RotateAppendArguments {
  shape: CacheShape;
  heads: number;
  /** At most shape.slots; row i is slot i. */
  rows: number;
  /** [rows, (heads + 2 kvHeads) * d] f32, not rotated. */
  qkv: BufferPart;
  /** [rows] u32: positions of the slot with this one, which therefore goes to length - 1; 0 = idle, the row is skipped. */
  lengths: BufferPart;
  /** [positions, d] f32 each; null without rotary embedding. */
  rope: { cos: BufferPart; sin: BufferPart } | null;
  /** weights [2 d]: RMSNorm weights of q, then of k; null without. */
  norm: { weights: BufferPart; epsilon: number } | null;
  /** [rows, heads * d] f32, written. */
  q: BufferPart;
  cache: LayerCache;
}

/** q, keys[i][length-1], values[i][length-1] = rope(norm(q)), rope(norm(k)), v of row i. */
export function rotateAndAppend(args: RotateAppendArguments): Dispatch<typeof params> {
  const { shape, heads, rows, qkv, lengths, rope, norm, q, cache } = args;
  const { type, kvHeads, headDim, capacity } = shape;
  if (rows > shape.slots) throw new Error(`internal: ${rows} rows for ${shape.slots} slots`);
  const quads = quadsOf(headDim);
  const all = heads + 2 * kvHeads;
  const tables = rope ? [rope.cos, rope.sin] : [];
  return {
    kernel: kernelOf({ type, rope: rope !== null, norm: norm !== null }),
    buffers: [qkv, lengths, ...tables, ...(norm ? [norm.weights] : []), q, cache.keys, cache.values],
    params: { rows, heads, kvHeads, headDim, quads, capacity, epsilon: norm?.epsilon ?? 0 },
    workgroups: grid(Math.ceil((rows * all * quads) / lanes)),
    flops: rows * (heads + kvHeads) * headDim * ((rope ? 3 : 0) + (norm ? 4 : 0)),
    bytes: rows * (4 * headDim * (all + heads + (rope ? 2 : 0)) + 2 * kvHeads * quads * quadBytes(type)),
  };
}
