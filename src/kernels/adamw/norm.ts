/**
 * The global norm of gradients and the clip factor, on the GPU: sums of squares of one or several vectors into partial
 * sums at fixed places, then one workgroup adds them up in order. Nothing is read back for a step. Leaves out the step.
 */
import { grid, gridIndexWgsl, type BufferPart, type Dispatch, type Kernel } from '../../gpu/kernel';

const lanes = 256;
/** Elements a workgroup adds up, at least. */
const elementsEach = 16384;
/** Partial sums of one vector, at most. */
const mostPartials = 4096;

/** Adds up a value a lane: after it, `sums[0]` is the sum over the workgroup, in a fixed order. */
const sumOverLanesWgsl = /* wgsl */ `
  sums[local] = sum;
  for (var half = ${lanes / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { sums[local] += sums[local + half]; }
  }`;

const squaresKernel = {
  name: 'adamw.sumOfSquares',
  bindings: ['read', 'write'],
  params: { count: 'u32', each: 'u32', partials: 'u32', firstPartial: 'u32' },
  code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;
var<workgroup> sums: array<f32, ${lanes}>;
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let index = ${gridIndexWgsl};
  if (index >= params.partials) { return; }
  let end = min(params.count, (index + 1u) * params.each);
  var sum = 0.0;
  for (var i = index * params.each + local; i < end; i += ${lanes}u) { sum += x[i] * x[i]; }
  ${sumOverLanesWgsl}
  if (local == 0u) { partial[params.firstPartial + index] = sums[0]; }
}`,
} as const satisfies Kernel;

const normKernel = {
  name: 'adamw.gradientNorm',
  bindings: ['read', 'write'],
  params: { partials: 'u32', maxNorm: 'f32' },
  code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> state: array<f32>;
var<workgroup> sums: array<f32, ${lanes}>;
@compute @workgroup_size(${lanes})
fn main(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var i = local; i < params.partials; i += ${lanes}u) { sum += partial[i]; }
  ${sumOverLanesWgsl}
  if (local == 0u) {
    let norm = sqrt(sums[0]);
    state[0] = norm;
    state[1] = min(1.0, params.maxNorm / (norm + 1e-6));
  }
}`,
} as const satisfies Kernel;

/** Floats of the state buffer: the norm before clipping, and the clip factor. */
export const normStateLength = 2;

function partialsOf(count: number): { each: number; partials: number } {
  const each = Math.ceil(Math.max(elementsEach, count / mostPartials) / lanes) * lanes;
  return { each, partials: Math.ceil(count / each) };
}

/** Floats the buffer of partial sums needs for vectors of these lengths together. */
export function normPartials(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + partialsOf(count).partials, 0);
}

export interface GradientNorm {
  /** Vectors that are clipped together. */
  gradients: readonly { part: BufferPart; count: number }[];
  /** At least normPartials() floats; overwritten. */
  partials: BufferPart;
  /** normStateLength floats; overwritten. */
  state: BufferPart;
  maxNorm: number;
}

/**
 * state = [norm, min(1, maxNorm / (norm + 1e-6))] with the norm of all gradients together, as torch's clip_grad_norm_.
 * A NaN or infinity anywhere, or squares beyond fp32, gives a norm that is not finite; adamwStep then does nothing.
 */
export function gradientNorm({ gradients, partials, state, maxNorm }: GradientNorm): Dispatch[] {
  let firstPartial = 0;
  const squares = gradients.map(({ part, count }): Dispatch<typeof squaresKernel.params> => {
    const split = partialsOf(count);
    const params = { count, ...split, firstPartial };
    firstPartial += split.partials;
    return {
      kernel: squaresKernel,
      buffers: [part, partials],
      params,
      workgroups: grid(split.partials),
      flops: 2 * count,
      bytes: 4 * count,
    };
  });
  const sum: Dispatch<typeof normKernel.params> = {
    kernel: normKernel,
    buffers: [partials, state],
    params: { partials: firstPartial, maxNorm },
    workgroups: [1],
    flops: firstPartial,
    bytes: 4 * firstPartial,
  };
  return [...squares, sum];
}
