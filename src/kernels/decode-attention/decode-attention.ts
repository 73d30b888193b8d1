/**
 * Attention of one query row a slot over the slot's KV cache (a decode step), grouped-query, split over the positions
 * (flash-decoding, Dao et al. 2023): a workgroup takes up to 256 positions of one slot and key head for up to 8 of its
 * query heads; with more positions, a second kernel joins the parts. Scores have one lane a position, values one lane
 * a pair of elements with the position the same in all lanes. Leaves out appending; see ../kv-cache.
 */
import { grid, gridIndexWgsl, type BufferPart, type Dispatch, type Kernel, type WeightType } from '../../gpu/kernel';
import type { LayerCache } from '../kv-cache/kv-cache';
import { conversionWgsl, quadBytes, quadsOf, storedTypes, type CacheShape } from '../kv-cache/layout';

/** Positions of one workgroup at most; bounds its memory. */
const maxSpan = 256;
/** Positions of one of several splits: short, for devices with many cores and few slots. */
const splitSpan = 128;
const maxHeadDim = 256;

const attendParams = {
  heads: 'u32',
  kvHeads: 'u32',
  headDim: 'u32',
  quads: 'u32',
  capacity: 'u32',
  span: 'u32',
  chunks: 'u32',
  splits: 'u32',
  scale: 'f32',
} as const;

interface Variant {
  type: WeightType;
  /** Query heads of a workgroup. */
  queries: number;
  lanes: number;
  /** Writes the result itself, since one split covers every slot. */
  whole: boolean;
}

const kernels = new Map<string, Kernel<typeof attendParams>>();

/** Repeats a line for every query of the workgroup; `#` is its number. */
const each = (queries: number, line: string) =>
  Array.from({ length: queries }, (_, g) => line.replaceAll('#', `${g}`)).join('\n');

function attendKernel({ type, queries, lanes, whole }: Variant): Kernel<typeof attendParams> {
  const name = `decodeAttention.${whole ? 'whole' : 'split'}.${type}.${queries}x${lanes}`;
  const known = kernels.get(name);
  if (known) return known;
  const all = (line: string) => each(queries, line);
  // Several values in flight; with many queries each value has work enough, and the code stays short.
  const unroll = queries > 4 ? 1 : queries > 2 ? 2 : 4;
  const steps = Array.from({ length: unroll }, (_, u) => u);
  const kernel: Kernel<typeof attendParams> = {
    name,
    params: attendParams,
    bindings: ['read', 'read', 'read', 'read', 'write'],
    usesF16: type === 'native',
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> keys: array<${storedTypes[type].quad}>;
@group(0) @binding(4) var<storage, read> values: array<${storedTypes[type].pair}>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;
${conversionWgsl(type)}
var<workgroup> queries: array<vec4<f32>, ${(queries * lanes) / 2}>;
var<workgroup> scores: array<f32, ${queries * maxSpan}>;
var<workgroup> laneBest: array<f32, ${queries * (lanes + 1)}>;
var<workgroup> best: array<f32, ${queries}>;

/** Query heads of this workgroup; the last chunk of a group may have fewer than ${queries}. */
fn headOf(group: vec3<u32>, g: u32) -> u32 {
  let grouped = params.heads / params.kvHeads;
  return group.y / params.chunks * grouped + min(group.y % params.chunks * ${queries}u + g, grouped - 1u);
}

@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  let length = lengths[row];
  let begin = group.z * params.span;
  if (begin >= length) {
    ${whole ? zeroWgsl(queries, lanes) : ''}
    return;
  }
  let count = min(params.span, length - begin);
  for (var i = lane; i < ${queries}u * params.quads; i += ${lanes}u) {
    let first = 4u * (i % params.quads);
    let start = (row * params.heads + headOf(group, i / params.quads)) * params.headDim;
    var x = vec4<f32>();
    for (var j = 0u; j < min(4u, params.headDim - first); j++) { x[j] = q[start + first + j] * params.scale; }
    queries[i] = x;
  }
  workgroupBarrier();

  let slotHead = row * params.kvHeads + group.y / params.chunks;
  ${all('var best# = -3.0e38;')}
  for (var t = lane; t < count; t += ${lanes}u) {
    ${all('var score# = 0.0;')}
    var at = slotHead * params.quads * params.capacity + begin + t;
    for (var c = 0u; c < params.quads; c++) {
      let key = loadQuad(keys[at]);
      ${all('score# += dot(queries[#u * params.quads + c], key);')}
      at += params.capacity;
    }
    ${all(`scores[t * ${queries}u + #u] = score#;\n    best# = max(best#, score#);`)}
  }
  ${all(`laneBest[${lanes + 1}u * #u + lane] = best#;`)}
  workgroupBarrier();
  if (lane < ${queries}u) {
    var most = laneBest[${lanes + 1}u * lane];
    for (var i = 1u; i < ${lanes}u; i++) { most = max(most, laneBest[${lanes + 1}u * lane + i]); }
    best[lane] = most;
  }
  workgroupBarrier();
  for (var t = lane; t < count; t += ${lanes}u) {
    ${all(`scores[t * ${queries}u + #u] = exp(scores[t * ${queries}u + #u] - best[#]);`)}
  }
  workgroupBarrier();

  let pairs = 2u * params.quads;
  if (2u * lane >= params.headDim) { return; }
  let start = (slotHead * params.capacity + begin) * pairs + lane;
  ${all('var sum# = 0.0;\n  var mixed# = vec2<f32>();')}
  var t = 0u;
  for (; t + ${unroll}u <= count; t += ${unroll}u) {
    ${steps.map((u) => `let v${u} = loadPair(values[start + (t + ${u}u) * pairs]);`).join('\n')}
    ${steps.map((u) => all(addWgsl(`t + ${u}u`, `v${u}`, queries))).join('\n')}
  }
  ${unroll > 1 ? restWgsl(all, queries) : ''}
  ${all(whole ? wholeWgsl(queries) : partWgsl(queries))}
}`,
  };
  kernels.set(name, kernel);
  return kernel;
}

/** Adds position `t` with value `v` to query #. */
const addWgsl = (t: string, v: string, queries: number) =>
  `{ let weight = scores[(${t}) * ${queries}u + #u]; sum# += weight; mixed# += weight * ${v}; }`;

/** The positions that the unrolled loop leaves. */
const restWgsl = (all: (line: string) => string, queries: number) => /* wgsl */ `
  for (; t < count; t++) {
    let v = loadPair(values[start + t * pairs]);
    ${all(addWgsl('t', 'v', queries))}
  }`;

/** Only heads that exist are written. */
const exists = (queries: number) => `group.y % params.chunks * ${queries}u + #u < params.heads / params.kvHeads`;

const wholeWgsl = (queries: number) => /* wgsl */ `
  if (${exists(queries)}) {
    let to = (row * params.heads + headOf(group, #u)) * params.headDim + 2u * lane;
    result[to] = mixed#.x / sum#;
    if (2u * lane + 1u < params.headDim) { result[to + 1u] = mixed#.y / sum#; }
  }`;

const partWgsl = (queries: number) => /* wgsl */ `
  if (${exists(queries)}) {
    let part = ((row * params.heads + headOf(group, #u)) * params.splits + group.z) * (params.headDim + 2u);
    result[part + 2u * lane] = mixed#.x;
    if (2u * lane + 1u < params.headDim) { result[part + 2u * lane + 1u] = mixed#.y; }
    if (lane == 0u) { result[part + params.headDim] = best[#]; result[part + params.headDim + 1u] = sum#; }
  }`;

const zeroWgsl = (queries: number, lanes: number) => /* wgsl */ `
    for (var i = lane; i < ${queries}u * params.headDim; i += ${lanes}u) {
      result[(row * params.heads + headOf(group, i / params.headDim)) * params.headDim + i % params.headDim] = 0.0;
    }`;

const combineLanes = 64;
const combineParams = { outputs: 'u32', heads: 'u32', headDim: 'u32', span: 'u32', splits: 'u32' } as const;

/** One lane an output element: the parts' sums, each scaled from its own maximum to the common one. */
const combineKernel: Kernel<typeof combineParams> = {
  name: 'decodeAttention.combine',
  params: combineParams,
  bindings: ['read', 'read', 'write'],
  code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;
@compute @workgroup_size(${combineLanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let i = ${gridIndexWgsl} * ${combineLanes}u + local;
  if (i >= params.outputs) { return; }
  let rowHead = i / params.headDim;
  let used = (lengths[rowHead / params.heads] + params.span - 1u) / params.span;
  if (used == 0u) { result[i] = 0.0; return; }
  let width = params.headDim + 2u;
  let start = rowHead * params.splits * width;
  var best = -3.0e38;
  for (var s = 0u; s < used; s++) { best = max(best, parts[start + s * width + params.headDim]); }
  var sum = 0.0;
  var mixed = 0.0;
  for (var s = 0u; s < used; s++) {
    let part = start + s * width;
    let weight = exp(parts[part + params.headDim] - best);
    sum += weight * parts[part + params.headDim + 1u];
    mixed += weight * parts[part + i % params.headDim];
  }
  result[i] = mixed / sum;
}`,
};

export interface DecodeAttentionArguments {
  shape: CacheShape;
  heads: number;
  /** At most shape.slots; row i is slot i. */
  rows: number;
  /** [rows, heads * d] f32, rotated. */
  q: BufferPart;
  /** [rows] u32: positions of each slot to attend to; 0 = idle, its output is 0. */
  lengths: BufferPart;
  /** No slot is longer than this; known to the host, at most shape.capacity. */
  maxLength: number;
  cache: LayerCache;
  /** decodeAttentionScratchBytes of scratch; null where that is 0. */
  parts: BufferPart | null;
  /** [rows, heads * d] f32, written. */
  output: BufferPart;
}

/**
 * How the positions are split. By the longest length alone: sums in other splits differ in their last bits, and a slot's
 * must not depend on how many slots there are.
 */
function splitOf(maxLength: number): { span: number; splits: number } {
  if (maxLength <= maxSpan) return { span: maxSpan, splits: 1 };
  return { span: splitSpan, splits: Math.ceil(maxLength / splitSpan) };
}

/** Queries a workgroup, chunks of a group of query heads, lanes: what fits the memory of a workgroup. */
function tileOf(shape: CacheShape, heads: number) {
  const lanes = shape.headDim <= 64 ? 32 : shape.headDim <= 128 ? 64 : 128;
  const group = heads / shape.kvHeads;
  const chunks = Math.ceil(group / (lanes === 128 ? 4 : 8));
  return { lanes, chunks, queries: Math.ceil(group / chunks) };
}

/** Bytes of `parts` for every length up to `maxLength`. */
export function decodeAttentionScratchBytes(shape: CacheShape, heads: number, rows: number, maxLength: number): number {
  const { splits } = splitOf(maxLength);
  return splits === 1 ? 0 : rows * heads * splits * (shape.headDim + 2) * 4;
}

/** softmax(q k^T / sqrt(d)) v of each row over its slot's first lengths[row] positions: one dispatch, or two when long. */
export function decodeAttention(
  args: DecodeAttentionArguments,
): (Dispatch<typeof attendParams> | Dispatch<typeof combineParams>)[] {
  const { shape, heads, rows, q, lengths, maxLength, cache, parts, output } = args;
  const { type, kvHeads, headDim, capacity } = shape;
  if (headDim > maxHeadDim) throw new Error(`internal: decode attention takes heads of up to ${maxHeadDim}`);
  const { lanes, chunks, queries } = tileOf(shape, heads);
  const { span, splits } = splitOf(maxLength);
  const quads = quadsOf(headDim);
  const whole = splits === 1;
  const attended = whole ? output : parts;
  if (attended === null) throw new Error('internal: decode attention over several splits needs scratch');
  const positions = rows * maxLength;
  const attend: Dispatch<typeof attendParams> = {
    kernel: attendKernel({ type, queries, lanes, whole }),
    buffers: [q, lengths, cache.keys, cache.values, attended],
    params: { heads, kvHeads, headDim, quads, capacity, span, chunks, splits, scale: 1 / Math.sqrt(headDim) },
    workgroups: [rows, kvHeads * chunks, splits],
    flops: positions * heads * (4 * headDim + 3),
    bytes: 2 * positions * kvHeads * quads * quadBytes(type) + 8 * rows * heads * headDim,
  };
  if (whole) return [attend];
  const outputs = rows * heads * headDim;
  const combine: Dispatch<typeof combineParams> = {
    kernel: combineKernel,
    buffers: [attended, lengths, output],
    params: { outputs, heads, headDim, span, splits },
    workgroups: grid(Math.ceil(outputs / combineLanes)),
    flops: 4 * outputs * splits,
    bytes: 4 * outputs * (splits + 1),
  };
  return [attend, combine];
}
