/**
 * Attention over spans as dispatches: one forward, two backward. Leaves out the WGSL (forward.ts, backward.ts) and who
 * attends to whom (spans.ts).
 */
import type { BufferPart, Dispatch, Kernel } from '../../gpu/kernel';
import { blockKeysKernel, blockQueriesKernel } from './block-backward';
import { blockForwardKernel } from './block-forward';
import { variantOf, type AttentionBlock } from './blocks';
import { vectorOf, type attentionParams } from './code';
import { laneKeysKernel, laneQueriesKernel } from './lane-backward';
import { laneForwardKernel } from './lane-forward';
import { laneVariant, type AttentionLanes } from './lanes';
import type { AttentionShape } from './reference';
import type { AttentionTiles, TileSizes } from './spans';

/** How the three kernels are tiled; the tuner's choice. Rows are queries in `forward` and `queries`, whose tiles are of one size, and keys in `keys`. */
export type AttentionTuning =
  | { style: 'blocks'; forward: AttentionBlock; queries: AttentionBlock; keys: AttentionBlock }
  | { style: 'lanes'; forward: AttentionLanes; queries: AttentionLanes; keys: AttentionLanes };

const block: AttentionBlock = { lanesX: 8, lanesY: 8, rows: 4, columns: 4, vector: 4 };
/** For GPUs, and wherever subgroups of at least 8 lanes are missing: 64 lanes, tiles of 32 x 32, loads of 16 bytes. */
export const gpuAttention: AttentionTuning = { style: 'blocks', forward: block, queries: block, keys: block };

const lanes: AttentionLanes = { rows: 16, columns: 1, vector: 4 };
/** For CPUs that play GPU; needs subgroups of at least 8 lanes. */
export const cpuAttention: AttentionTuning = { style: 'lanes', forward: lanes, queries: lanes, keys: lanes };

/**
 * The tuning for an adapter.
 * @param software the adapter computes on the CPU
 * @param shuffle it has subgroups of at least 8 lanes
 */
export const attentionTuning = (software: boolean, shuffle: boolean): AttentionTuning =>
  software && shuffle ? cpuAttention : gpuAttention;

/** The sizes that attentionTiles needs. */
export function attentionTileSizes(tuning: AttentionTuning): TileSizes {
  const rows = (kernel: 'forward' | 'queries' | 'keys') =>
    tuning.style === 'lanes' ? tuning[kernel].rows : tuning[kernel].lanesY * tuning[kernel].rows;
  if (rows('forward') !== rows('queries')) throw new Error('internal: attention tiles of two sizes');
  return { queryTile: rows('forward'), keyTile: rows('keys') };
}

/** What the three kernels are for: a shape, how it is tiled, and the tiles of the batch, made with the same tuning. */
export interface AttentionPlan {
  shape: AttentionShape;
  tuning: AttentionTuning;
  tiles: AttentionTiles;
}

type AttentionKernel = Kernel<typeof attentionParams>;
type AttentionKernels = Record<'forward' | 'queries' | 'keys', AttentionKernel>;
const kernels = new WeakMap<AttentionTuning, Map<number, AttentionKernels>>();

/** The three kernels of a shape, for compiling ahead; made once for each tuning object and head dimension. */
export function attentionKernels({ headDim }: AttentionShape, tuning: AttentionTuning): AttentionKernels {
  const known = kernels.get(tuning) ?? new Map<number, AttentionKernels>();
  kernels.set(tuning, known);
  const made = known.get(headDim) ?? makeKernels(headDim, tuning);
  known.set(headDim, made);
  return made;
}

function makeKernels(headDim: number, tuning: AttentionTuning): AttentionKernels {
  if (tuning.style === 'lanes')
    return {
      forward: laneForwardKernel(laneVariant(headDim, tuning.forward)),
      queries: laneQueriesKernel(laneVariant(headDim, tuning.queries)),
      keys: laneKeysKernel(laneVariant(headDim, tuning.keys)),
    };
  return {
    forward: blockForwardKernel(variantOf(headDim, tuning.forward)),
    queries: blockQueriesKernel(variantOf(headDim, tuning.queries)),
    keys: blockKeysKernel(variantOf(headDim, tuning.keys)),
  };
}

export interface AttentionBuffers {
  /** [T, (heads + 2 kvHeads) * d]: query heads, key heads, value heads; already rotated. */
  qkv: BufferPart;
  /** [T] vec4<u32>, see attentionSpans. */
  spans: BufferPart;
  /** The data of the plan's tiles. */
  tiles: BufferPart;
  /** [T, heads * d] */
  o: BufferPart;
  /** [T, heads]: log of the sum of the exponentials of a row's scaled scores. */
  lse: BufferPart;
}

/** o = softmax(q k^T / sqrt(d)) v over what each token attends, and lse. */
export function attentionForward(buffers: AttentionBuffers, plan: AttentionPlan): Dispatch<typeof attentionParams> {
  const { shape, tuning, tiles } = plan;
  const { qkv, spans, o, lse } = buffers;
  return {
    kernel: attentionKernels(shape, tuning).forward,
    buffers: [qkv, spans, buffers.tiles, o, lse],
    params: paramsOf(shape, tuning.forward, 0),
    workgroups: [tiles.queryTiles, shape.kvHeads],
    ...costOf(plan, 2, qkvWidth(shape) + outWidth(shape)),
  };
}

export interface AttentionBackwardBuffers extends AttentionBuffers {
  /** [T, heads * d], of o. */
  gradient: BufferPart;
  /** [T, heads], scratch: dO.O of each row. */
  delta: BufferPart;
  /** [T, (heads + 2 kvHeads) * d], written in full. */
  dqkv: BufferPart;
}

/** The gradient of qkv; run both, in order. */
export function attentionBackward(
  buffers: AttentionBackwardBuffers,
  plan: AttentionPlan,
): [queries: Dispatch<typeof attentionParams>, keys: Dispatch<typeof attentionParams>] {
  const { shape, tuning, tiles } = plan;
  const { qkv, spans, o, lse, gradient, delta, dqkv } = buffers;
  const { queries, keys } = attentionKernels(shape, tuning);
  const keyWidth = qkvWidth(shape) - shape.heads * shape.headDim;
  return [
    {
      kernel: queries,
      buffers: [qkv, spans, buffers.tiles, o, lse, gradient, delta, dqkv],
      params: paramsOf(shape, tuning.queries, 0),
      workgroups: [tiles.queryTiles, shape.kvHeads],
      ...costOf(plan, 3, qkvWidth(shape) + 3 * outWidth(shape)),
    },
    {
      kernel: keys,
      buffers: [qkv, spans, buffers.tiles, lse, gradient, delta, dqkv],
      params: paramsOf(shape, tuning.keys, tiles.queryTiles),
      workgroups: [tiles.keyTiles, shape.kvHeads],
      ...costOf(plan, 4, qkvWidth(shape) + outWidth(shape) + keyWidth),
    },
  ];
}

const qkvWidth = ({ heads, kvHeads, headDim }: AttentionShape) => (heads + 2 * kvHeads) * headDim;
const outWidth = ({ heads, headDim }: AttentionShape) => heads * (headDim + 1);

function paramsOf({ heads, kvHeads, headDim }: AttentionShape, { vector }: { vector: number }, firstTile: number) {
  return { heads, kvHeads, count: headDim / vectorOf(headDim, vector), firstTile, scale: 1 / Math.sqrt(headDim) };
}

/** @param products multiply-adds a pair, head and dimension; `width` floats a token that must be read or written */
function costOf({ shape, tiles }: AttentionPlan, products: number, width: number) {
  return {
    flops: 2 * products * tiles.pairs * shape.heads * shape.headDim,
    bytes: 4 * tiles.tokens * (width + 4),
  };
}
