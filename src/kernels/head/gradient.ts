/**
 * The chunked softmax over the vocabulary, backward: a chunk of logits, computed again, becomes its gradient in place.
 * Leaves out what the gradient is multiplied with (matmul).
 */
import type { BufferPart, Dispatch, Kernel } from '../../gpu/kernel';
import { blockGrid, blockMainWgsl, blockParams, blockValues, kernelOnce, type Element } from '../rows/row-workgroup';
import { chunkElement, noTarget, type LogitChunk } from './head';

const params = { ...blockParams, first: 'u32', stride: 'u32', scale: 'f32' } as const;

const gradientKernel = (element: Element): Kernel =>
  kernelOnce(`head.gradient.${element.name}`, () => ({
    params,
    bindings: ['write', 'read', 'read', 'read', 'read'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read_write> logits: array<${element.type}>;
@group(0) @binding(2) var<storage, read> normaliser: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read> targets: array<u32>;
@group(0) @binding(4) var<storage, read> sequenceOf: array<u32>;
@group(0) @binding(5) var<storage, read> dlogp: array<f32>;
${blockMainWgsl}
  let at = row * params.stride + column;
  let target_ = targets[row];
  let d = select(0.0, dlogp[sequenceOf[row]] * params.scale, target_ != ${noTarget}u);
  let p = exp((logits[at] - normaliser[row].x) - normaliser[row].y);
  let id = params.first + ${element.floats}u * column;
  let hot = ${
    element.floats === 4
      ? 'select(vec4<f32>(0.0), vec4<f32>(1.0), vec4<u32>(id, id + 1u, id + 2u, id + 3u) == vec4<u32>(target_))'
      : 'select(0.0, 1.0, id == target_)'
  };
  logits[at] = (hot - p) * d;
}`,
  }));

/**
 * Turns a chunk's logits in place into d = (onehot(target) - softmax(logits)) * dlogp[sequenceOf[row]] * scale: the
 * gradient of scale * sum over sequences of dlogp * (sum of the log-probabilities of the sequence's targets).
 * @param buffers logits [rows, stride]; normaliser [rows, 2] from headFinish; targets u32 [rows] (or noTarget: d = 0);
 *   sequenceOf u32 [rows]; dlogp [sequences]
 */
export function headGradient(
  { rows, first, columns, stride = columns }: LogitChunk,
  scale: number,
  buffers: {
    logits: BufferPart;
    normaliser: BufferPart;
    targets: BufferPart;
    sequenceOf: BufferPart;
    dlogp: BufferPart;
  },
): Dispatch {
  const { logits, normaliser, targets, sequenceOf, dlogp } = buffers;
  const element = chunkElement({ columns, stride });
  const elements = columns / element.floats;
  return {
    kernel: gradientKernel(element),
    buffers: [logits, normaliser, targets, sequenceOf, dlogp],
    params: { ...blockValues(rows, elements), first, stride: stride / element.floats, scale },
    workgroups: blockGrid(rows, elements),
    flops: 6 * rows * columns,
    bytes: 4 * rows * (2 * columns + 4),
  };
}
