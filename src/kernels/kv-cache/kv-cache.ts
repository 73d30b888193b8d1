/**
 * Filling the KV cache of a layer: keys and values of a flat batch go to the positions of their slots, and the first
 * positions of a slot go to other slots (the samples of one prompt share one prefill). Layout: layout.ts. The kernel
 * for one decode step, with RoPE in it: rotate-append.ts.
 */
import { grid, gridIndexWgsl, type BufferPart, type Dispatch, type Kernel, type WeightType } from '../../gpu/kernel';
import { addressWgsl, conversionWgsl, noSlot, quadBytes, quadsOf, storedTypes, type CacheShape } from './layout';

/** The two buffers of a layer, each of cacheBytes(shape). */
export interface LayerCache {
  keys: BufferPart;
  values: BufferPart;
}

const lanes = 64;

const appendParams = {
  rows: 'u32',
  kvHeads: 'u32',
  headDim: 'u32',
  quads: 'u32',
  capacity: 'u32',
  stride: 'u32',
  keysFrom: 'u32',
} as const;

const appendKernels = new Map<WeightType, Kernel<typeof appendParams>>();

function appendKernel(type: WeightType): Kernel<typeof appendParams> {
  const known = appendKernels.get(type);
  if (known) return known;
  const { quad } = storedTypes[type];
  const kernel: Kernel<typeof appendParams> = {
    name: `kvCache.append.${type}`,
    params: appendParams,
    bindings: ['read', 'read', 'read', 'write', 'write'],
    usesF16: type === 'native',
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> slots: array<u32>;
@group(0) @binding(3) var<storage, read> positions: array<u32>;
@group(0) @binding(4) var<storage, read_write> keys: array<${quad}>;
@group(0) @binding(5) var<storage, read_write> values: array<${quad}>;
${conversionWgsl(type)}${addressWgsl}
fn quadFrom(head: u32, first: u32) -> vec4<f32> {
  var x = vec4<f32>();
  for (var j = 0u; j < min(4u, params.headDim - first); j++) { x[j] = qkv[head + first + j]; }
  return x;
}
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let i = ${gridIndexWgsl} * ${lanes}u + local;
  let quad = i % params.quads;
  let head = i / params.quads % params.kvHeads;
  let row = i / (params.quads * params.kvHeads);
  if (row >= params.rows) { return; }
  let slot = slots[row];
  let position = positions[row];
  if (slot == ${noSlot}u || position >= params.capacity) { return; }
  let key = row * params.stride + params.keysFrom + head * params.headDim;
  keys[keyAt(slot, head, quad, position)] = storedQuad(quadFrom(key, 4u * quad));
  let value = key + params.kvHeads * params.headDim;
  values[valueAt(slot, head, quad, position)] = storedQuad(quadFrom(value, 4u * quad));
}`,
  };
  appendKernels.set(type, kernel);
  return kernel;
}

export interface AppendArguments {
  shape: CacheShape;
  /** [rows, (heads + 2 kvHeads) * d] f32, keys already rotated. */
  qkv: BufferPart;
  /** Query heads, which lie before the keys in a row. */
  heads: number;
  rows: number;
  /** [rows] u32: the slot of each row; noSlot skips it. */
  slots: BufferPart;
  /** [rows] u32: the position of each row in its slot; rows beyond the capacity are skipped. */
  positions: BufferPart;
  cache: LayerCache;
}

/** keys, values[slots[i]][positions[i]] = k, v of row i. No two rows may have the same slot and position. */
export function appendToCache(args: AppendArguments): Dispatch<typeof appendParams> {
  const { shape, qkv, heads, rows, slots, positions, cache } = args;
  const { type, kvHeads, headDim, capacity } = shape;
  const quads = quadsOf(headDim);
  const stride = (heads + 2 * kvHeads) * headDim;
  return {
    kernel: appendKernel(type),
    buffers: [qkv, slots, positions, cache.keys, cache.values],
    params: { rows, kvHeads, headDim, quads, capacity, stride, keysFrom: heads * headDim },
    workgroups: grid(Math.ceil((rows * kvHeads * quads) / lanes)),
    flops: 0,
    bytes: 2 * rows * kvHeads * (4 * headDim + quads * quadBytes(type)) + 8 * rows,
  };
}

const copyParams = { kvHeads: 'u32', quads: 'u32', capacity: 'u32', lanes: 'u32' } as const;

const copyKernels = new Map<number, Kernel<typeof copyParams>>();

/** Halves are copied as u32, whatever their type. */
function copyKernel(bytesAQuad: number): Kernel<typeof copyParams> {
  const known = copyKernels.get(bytesAQuad);
  if (known) return known;
  const quad = `vec${bytesAQuad / 4}<u32>`;
  const kernel: Kernel<typeof copyParams> = {
    name: `kvCache.copySlots.${bytesAQuad}`,
    params: copyParams,
    bindings: ['read', 'write', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> copies: array<u32>;
@group(0) @binding(2) var<storage, read_write> keys: array<${quad}>;
@group(0) @binding(3) var<storage, read_write> values: array<${quad}>;
${addressWgsl}
@compute @workgroup_size(${lanes})
fn main(@builtin(global_invocation_id) at: vec3<u32>) {
  let source = copies[3u * at.z];
  let destination = copies[3u * at.z + 1u];
  let length = copies[3u * at.z + 2u];
  let head = at.y / params.quads;
  let quad = at.y % params.quads;
  if (at.x < length) { keys[keyAt(destination, head, quad, at.x)] = keys[keyAt(source, head, quad, at.x)]; }
  let i = quad * params.lanes + at.x;
  if (i < length * params.quads) { values[valueAt(destination, head, i, 0u)] = values[valueAt(source, head, i, 0u)]; }
}`,
  };
  copyKernels.set(bytesAQuad, kernel);
  return kernel;
}

/** One copy of the first `length` positions. */
export interface SlotCopy {
  from: number;
  to: number;
  length: number;
}

/** What copySlots reads: [copies][3] u32. */
export function slotCopyList(copies: readonly SlotCopy[]): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(copies.flatMap(({ from, to, length }) => [from, to, length]));
}

export interface CopySlotsArguments {
  shape: CacheShape;
  cache: LayerCache;
  /** slotCopyList(copies) on the GPU. */
  list: BufferPart;
  copies: readonly SlotCopy[];
}

/** The first positions of slots to other slots of the same layer. No slot may be both read and written, or written twice. */
export function copySlots({ shape, cache, list, copies }: CopySlotsArguments): Dispatch<typeof copyParams> {
  const { type, kvHeads, headDim, capacity } = shape;
  const quads = quadsOf(headDim);
  const groups = Math.ceil(Math.max(0, ...copies.map(({ length }) => length)) / lanes);
  const positions = copies.reduce((sum, { length }) => sum + length, 0);
  return {
    kernel: copyKernel(quadBytes(type)),
    buffers: [list, cache.keys, cache.values],
    params: { kvHeads, quads, capacity, lanes: groups * lanes },
    workgroups: [groups, kvHeads * quads, copies.length],
    flops: 0,
    bytes: 4 * positions * kvHeads * quads * quadBytes(type),
  };
}
