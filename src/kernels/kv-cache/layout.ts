/**
 * Where keys and values of one layer lie in their two buffers, for the host and for WGSL. The head dimension is padded
 * with zeros to quads (4 elements). Keys are [slot][kvHead][quad][position] quads, so that neighbouring lanes, one
 * position each, read neighbouring quads and a whole dot product stays in one lane. Values are [slot][kvHead][position][quad],
 * so that neighbouring lanes, one part of the head each, read neighbouring elements. Leaves out filling and reading them.
 */
import type { WeightType } from '../../gpu/kernel';

/** Shape of the cache of one layer. Every slot holds one sequence of up to `capacity` positions. */
export interface CacheShape {
  /** How elements are stored: 'packed' and 'native' are the same bytes (fp16), 'f32' takes twice as many. */
  type: WeightType;
  slots: number;
  kvHeads: number;
  headDim: number;
  capacity: number;
}

/** A slot number that means "no slot": the row is skipped. */
export const noSlot = 0xffffffff;

/** Quads a head, the last one padded. */
export const quadsOf = (headDim: number) => Math.ceil(headDim / 4);

/** Bytes of the keys of one layer; the values take as many. */
export function cacheBytes({ type, slots, kvHeads, headDim, capacity }: CacheShape): number {
  return slots * kvHeads * capacity * quadsOf(headDim) * quadBytes(type);
}

/** Bytes of four elements. */
export const quadBytes = (type: WeightType) => (type === 'f32' ? 16 : 8);

/** WGSL types of four and of two stored elements. */
export const storedTypes = {
  packed: { quad: 'vec2<u32>', pair: 'u32' },
  native: { quad: 'vec4<f16>', pair: 'vec2<f16>' },
  f32: { quad: 'vec4<f32>', pair: 'vec2<f32>' },
} as const satisfies Record<WeightType, { quad: string; pair: string }>;

const loads = {
  packed: {
    quad: 'vec4<f32>(unpack2x16float(stored.x), unpack2x16float(stored.y))',
    pair: 'unpack2x16float(stored)',
    store: 'vec2<u32>(pack2x16float(x.xy), pack2x16float(x.zw))',
  },
  native: { quad: 'vec4<f32>(stored)', pair: 'vec2<f32>(stored)', store: 'vec4<f16>(x)' },
  f32: { quad: 'stored', pair: 'stored', store: 'x' },
} as const satisfies Record<WeightType, { quad: string; pair: string; store: string }>;

/** `loadQuad`, `loadPair` and `storedQuad` between stored elements and f32. */
export function conversionWgsl(type: WeightType): string {
  const { quad, pair, store } = loads[type];
  return /* wgsl */ `
fn loadQuad(stored: ${storedTypes[type].quad}) -> vec4<f32> { return ${quad}; }
fn loadPair(stored: ${storedTypes[type].pair}) -> vec2<f32> { return ${pair}; }
fn storedQuad(x: vec4<f32>) -> ${storedTypes[type].quad} { return ${store}; }
`;
}

/** `keyAt` and `valueAt`: index of a quad. Needs kvHeads, quads and capacity in `params`. */
export const addressWgsl = /* wgsl */ `
fn keyAt(slot: u32, head: u32, quad: u32, position: u32) -> u32 {
  return ((slot * params.kvHeads + head) * params.quads + quad) * params.capacity + position;
}
fn valueAt(slot: u32, head: u32, quad: u32, position: u32) -> u32 {
  return ((slot * params.kvHeads + head) * params.capacity + position) * params.quads + quad;
}
`;

/** Index of a key's element in elements of the buffer. */
export function keyElement(shape: CacheShape, slot: number, head: number, position: number, i: number): number {
  const quad = (slot * shape.kvHeads + head) * quadsOf(shape.headDim) + Math.floor(i / 4);
  return (quad * shape.capacity + position) * 4 + (i % 4);
}

/** Index of a value's element in elements of the buffer. */
export function valueElement(shape: CacheShape, slot: number, head: number, position: number, i: number): number {
  return ((slot * shape.kvHeads + head) * shape.capacity + position) * quadsOf(shape.headDim) * 4 + i;
}
