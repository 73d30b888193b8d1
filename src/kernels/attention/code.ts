/** What the WGSL of both styles of attention kernels (block-*.ts, lane-*.ts) shares: parameters, units and unrolling. */

/** The params of all attention kernels. */
export const attentionParams = {
  heads: 'u32',
  kvHeads: 'u32',
  /** Loads a head: its dimension over the vector width. */
  count: 'u32',
  /** The first of this kernel's tiles in the tile list. */
  firstTile: 'u32',
  /** 1 / sqrt(d) */
  scale: 'f32',
} as const;

/** Scores are kept in powers of two: s log2(e). */
export const log2e = '1.4426950408889634';
export const ln2 = '0.6931471805599453';

/** Floats of one load: the most that divide the head dimension. */
export function vectorOf(headDim: number, most: number): number {
  return [4, 2, 1].find((width) => width <= most && headDim % width === 0) ?? 1;
}

export const chunkType = (vector: number) => (vector === 1 ? 'f32' : `vec${vector}<f32>`);
export const dot = (vector: number, a: string, b: string) => (vector === 1 ? `${a} * ${b}` : `dot(${a}, ${b})`);

/** `write(0)` to `write(count - 1)`, a line each. Register tiles are unrolled so: arrays would leave the registers. */
export function repeat(count: number, write: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => write(i)).join('\n');
}

/** `pick(0)` to `pick(count - 1)`, chosen by the WGSL number `at`: indexing of registers. */
export function chosen(count: number, at: string, pick: (i: number) => string): string {
  return Array.from({ length: count - 1 }, (_, i) => i + 1).reduce(
    (value, i) => `select(${value}, ${pick(i)}, ${at} == ${i}u)`,
    pick(0),
  );
}

/** The tile of this workgroup and the layout of qkv in chunks. `group.y` is the key head. */
export const layoutWgsl = /* wgsl */ `
  let tile = tiles[params.firstTile + group.x];
  let ratio = params.heads / params.kvHeads;
  let count = params.count;
  let width = (params.heads + 2u * params.kvHeads) * count;
  let keyOffset = (params.heads + group.y) * count;
  let valueOffset = keyOffset + params.kvHeads * count;
  let scale = params.scale * ${log2e};`;

/** What the tile of queries attends: `span`, and its own keys up to `lastKey`. */
export const attendedWgsl = /* wgsl */ `
  let span = spans[tile.x / ratio];
  let lastKey = (tile.y - 1u) / ratio;`;

/** The first two of the bindings, the same in all kernels. */
export const bindingsWgsl = (type: string) => /* wgsl */ `
@group(0) @binding(1) var<storage, read> qkv: array<${type}>;
@group(0) @binding(2) var<storage, read> spans: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> tiles: array<vec2<u32>>;`;

export const forwardBindingsWgsl = (type: string) => /* wgsl */ `${bindingsWgsl(type)}
@group(0) @binding(4) var<storage, read_write> o: array<${type}>;
@group(0) @binding(5) var<storage, read_write> lse: array<f32>;
const lowest = -1e30;`;

export const queriesBindingsWgsl = (type: string) => /* wgsl */ `${bindingsWgsl(type)}
@group(0) @binding(4) var<storage, read> o: array<${type}>;
@group(0) @binding(5) var<storage, read> lse: array<f32>;
@group(0) @binding(6) var<storage, read> gradient: array<${type}>;
@group(0) @binding(7) var<storage, read_write> delta: array<f32>;
@group(0) @binding(8) var<storage, read_write> dqkv: array<${type}>;`;

export const keysBindingsWgsl = (type: string) => /* wgsl */ `${bindingsWgsl(type)}
@group(0) @binding(4) var<storage, read> lse: array<f32>;
@group(0) @binding(5) var<storage, read> gradient: array<${type}>;
@group(0) @binding(6) var<storage, read> delta: array<f32>;
@group(0) @binding(7) var<storage, read_write> dqkv: array<${type}>;`;

export const forwardAccess = ['read', 'read', 'read', 'write', 'write'] as const;
export const queriesAccess = ['read', 'read', 'read', 'read', 'read', 'read', 'write', 'write'] as const;
export const keysAccess = ['read', 'read', 'read', 'read', 'read', 'read', 'write'] as const;
