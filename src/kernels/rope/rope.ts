/**
 * Rotary position embedding (Su et al. 2021) in the half-split layout of Hugging Face, on the queries and keys of flat
 * tokens, as dispatches; with the optional RMSNorms of queries and keys before it (Qwen3). Backward included.
 * Leaves out the tables, which src/model/rope.ts makes.
 */
import { grid, type BufferPart, type Dispatch, type Kernel } from '../../gpu/kernel';
import { halfVector, normedBackwardKernel, normedForwardKernel, normedLanes, type normedParams } from './normed';
import {
  normChunks,
  normPartialKernel,
  normSumKernel,
  type normGradientParams,
  type normSumParams,
} from './norm-gradient';
import type { RopeShape } from './reference';
import { headBlock, rotateKernel, rotateLanes, type rotateParams } from './rotate';

export interface RopeBuffers {
  /** [T, (heads + 2 kvHeads) * d]: without norms raw and rotated in place; with them the output. */
  qkv: BufferPart;
  /** [T] u32 */
  positions: BufferPart;
  /** [positions, d]; both halves of a row are equal. */
  cos: BufferPart;
  sin: BufferPart;
  norm?: {
    /** Like qkv, before norm and rotation. */
    raw: BufferPart;
    /** [d], weights of the norms. */
    query: BufferPart;
    key: BufferPart;
  };
}

const rotateKernels = new Map<number, Kernel<typeof rotateParams>>();
const partialKernels = new Map<number, Kernel<typeof normGradientParams>>();
const forwardKernels = new Map<4 | 1, Kernel<typeof normedParams>>();
const backwardKernels = new Map<4 | 1, Kernel<typeof normedParams>>();

/** A kernel made once for its option. */
function once<Option, Made>(made: Map<Option, Made>, option: Option, make: (option: Option) => Made): Made {
  const known = made.get(option) ?? make(option);
  made.set(option, known);
  return known;
}

/** q, k = rotate(q, k), or rotate(norm(q), norm(k)) and v copied from raw to qkv. */
export function ropeForward(shape: RopeShape, buffers: RopeBuffers): Dispatch {
  if (!buffers.norm) return rotate(shape, buffers, buffers.qkv, 1);
  const slots = shape.heads + 2 * shape.kvHeads;
  const kernel = once(forwardKernels, halfVector(shape.headDim), normedForwardKernel);
  return normed(shape, kernel, { ...buffers, norm: buffers.norm }, buffers.qkv, slots);
}

/** In place: the gradient of the rotated qkv to that of the raw one. */
export function ropeBackward(shape: RopeShape, buffers: RopeBuffers & { dqkv: BufferPart }): Dispatch {
  if (!buffers.norm) return rotate(shape, buffers, buffers.dqkv, -1);
  const slots = shape.heads + shape.kvHeads;
  const kernel = once(backwardKernels, halfVector(shape.headDim), normedBackwardKernel);
  return normed(shape, kernel, { ...buffers, norm: buffers.norm }, buffers.dqkv, slots);
}

function rotate(
  shape: RopeShape,
  { positions, cos, sin }: RopeBuffers,
  inPlace: BufferPart,
  direction: 1 | -1,
): Dispatch<typeof rotateParams> {
  const { tokens, heads, kvHeads, headDim } = checked(shape);
  const rotated = heads + kvHeads;
  const elements = tokens * rotated * headDim;
  return {
    kernel: once(rotateKernels, headDim, rotateKernel),
    buffers: [positions, cos, sin, inPlace],
    params: { tokens, rotated, width: (heads + 2 * kvHeads) * headDim, direction },
    workgroups: [...grid(Math.ceil((tokens * headDim) / 2 / rotateLanes)), Math.ceil(rotated / headBlock)],
    flops: 3 * elements,
    bytes: 8 * elements + 4 * tokens * (1 + headDim),
  };
}

function normed(
  shape: RopeShape,
  kernel: Kernel<typeof normedParams>,
  { positions, cos, sin, norm }: Required<RopeBuffers>,
  output: BufferPart,
  slots: number,
): Dispatch<typeof normedParams> {
  const { tokens, heads, kvHeads, headDim, epsilon } = checked(shape);
  const elements = tokens * slots * headDim;
  const backward = slots === heads + kvHeads;
  return {
    kernel,
    buffers: [norm.raw, norm.query, norm.key, positions, cos, sin, output],
    params: { tokens, heads, kvHeads, headDim, epsilon },
    workgroups: grid(Math.ceil((tokens * slots) / normedLanes)),
    flops: (backward ? 13 : 7) * tokens * (heads + kvHeads) * headDim,
    bytes: (backward ? 12 : 8) * elements + 4 * tokens * (1 + headDim),
  };
}

export interface RopeNormGradientBuffers extends RopeBuffers {
  /** The gradient of the rotated qkv: run this before ropeBackward. */
  dqkv: BufferPart;
  /** ropeNormPartialFloats floats of scratch. */
  partial: BufferPart;
  /** [d] each; added to. */
  gradient: { query: BufferPart; key: BufferPart };
}

export const ropeNormPartialFloats = (headDim: number) => 2 * normChunks * headDim;

/** The norm weights' gradients are added to `gradient`. Only with norms; run in order, before ropeBackward. */
export function ropeNormGradient(
  shape: RopeShape,
  { norm, dqkv, positions, cos, sin, partial, gradient }: RopeNormGradientBuffers,
): Dispatch[] {
  if (!norm) throw new Error('internal: no norm of queries and keys');
  const { tokens, heads, kvHeads, headDim, epsilon } = checked(shape);
  const elements = tokens * (heads + kvHeads) * headDim;
  const sum = (into: BufferPart, firstChunk: number): Dispatch<typeof normSumParams> => ({
    kernel: normSumKernel,
    buffers: [partial, into],
    params: { headDim, firstChunk },
    workgroups: [Math.ceil(headDim / 64)],
    flops: normChunks * headDim,
    bytes: 4 * (normChunks + 2) * headDim,
  });
  return [
    {
      kernel: once(partialKernels, headDim, normPartialKernel),
      buffers: [norm.raw, dqkv, positions, cos, sin, partial],
      params: { tokens, heads, kvHeads, epsilon },
      workgroups: [normChunks, 2],
      flops: 8 * elements,
      bytes: 8 * elements + 4 * tokens * (1 + headDim) + 4 * ropeNormPartialFloats(headDim),
    },
    sum(gradient.query, 0),
    sum(gradient.key, normChunks),
  ];
}

function checked(shape: RopeShape): RopeShape {
  if (shape.headDim % 2 !== 0) throw new Error(`internal: cannot rotate heads of ${shape.headDim}`);
  return shape;
}
