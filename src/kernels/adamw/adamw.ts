/**
 * One step of AdamW on flat fp32 vectors, in place; definition in src/ops/adamw.ts (Loshchilov & Hutter 2019, as
 * torch.optim.AdamW). The clip factor comes from the state that gradientNorm wrote. Leaves out the norm; see norm.ts.
 */
import { grid, gridIndexWgsl, type BufferPart, type Dispatch, type Kernel } from '../../gpu/kernel';

const stepParams = {
  count: 'u32',
  decay: 'f32',
  stepSize: 'f32',
  beta1: 'f32',
  beta2: 'f32',
  rest1: 'f32',
  rest2: 'f32',
  correction2: 'f32',
  epsilon: 'f32',
} as const;

/** Bits of a parameter's flags; 0 is an ordinary parameter. */
export const adamwFlags = { undecayed: 1, frozen: 2 } as const;

const lanes = 256;
const kernels = new Map<string, Kernel<typeof stepParams>>();

/** @param vectors the count is a multiple of 4 */
function stepKernel(vectors: boolean, flagged: boolean): Kernel<typeof stepParams> {
  const name = `adamw.step${vectors ? '.vectors' : ''}${flagged ? '.flags' : ''}`;
  const known = kernels.get(name);
  if (known) return known;
  const type = vectors ? 'vec4<f32>' : 'f32';
  const bits = vectors ? 'vec4<u32>' : 'u32';
  const kernel: Kernel<typeof stepParams> = {
    name,
    bindings: ['write', 'write', 'write', 'write', 'read', ...(flagged ? (['read'] as const) : [])],
    params: stepParams,
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read_write> parameters: array<${type}>;
@group(0) @binding(2) var<storage, read_write> gradient: array<${type}>;
@group(0) @binding(3) var<storage, read_write> firstMoment: array<${type}>;
@group(0) @binding(4) var<storage, read_write> secondMoment: array<${type}>;
@group(0) @binding(5) var<storage, read> state: array<f32>;
${flagged ? `@group(0) @binding(6) var<storage, read> flags: array<${bits}>;` : ''}
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let i = ${gridIndexWgsl} * ${lanes}u + local;
  if (i >= params.count) { return; }
  // By its bits: shader compilers may assume that floats are finite.
  if ((bitcast<u32>(state[0]) & 0x7f800000u) == 0x7f800000u) { return; }
  let g = gradient[i] * state[1];
  let m = firstMoment[i] * params.beta1 + g * params.rest1;
  let v = secondMoment[i] * params.beta2 + g * g * params.rest2;
  let p = parameters[i];
  let direction = m / (sqrt(v) / params.correction2 + params.epsilon);
  ${flagged ? `let decay = select(p * params.decay, ${type}(), (flags[i] & ${bits}(${adamwFlags.undecayed}u)) != ${bits}());` : 'let decay = p * params.decay;'}
  let moved = p - (decay + direction * params.stepSize);
  parameters[i] = ${flagged ? `select(moved, p, (flags[i] & ${bits}(${adamwFlags.frozen}u)) != ${bits}())` : 'moved'};
  firstMoment[i] = m;
  secondMoment[i] = v;
  gradient[i] = ${type}();
}`,
  };
  kernels.set(name, kernel);
  return kernel;
}

export interface AdamwStep {
  /** [count] each, changed in place; the gradient is zero afterwards. */
  parameters: BufferPart;
  gradient: BufferPart;
  firstMoment: BufferPart;
  secondMoment: BufferPart;
  /** Written by gradientNorm. */
  state: BufferPart;
  /** u32 [count] of adamwFlags; all 0 when absent. */
  flags?: BufferPart;
  count: number;
  learningRate: number;
  /** Counts from 1. */
  step: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
}

/**
 * p <- p (1 - lr wd) - lr m^ / (sqrt(v^) + epsilon) with the clipped gradient, where not flagged otherwise; then zeroes the
 * gradient. With a norm that is not finite it changes nothing, the gradient included, so that the tensor at fault can be found.
 */
export function adamwStep(work: AdamwStep): Dispatch<typeof stepParams> {
  const { parameters, gradient, firstMoment, secondMoment, state, flags, count } = work;
  const { learningRate, step, beta1, beta2, epsilon, weightDecay } = work;
  const vectors = count % 4 === 0;
  return {
    kernel: stepKernel(vectors, flags !== undefined),
    buffers: [parameters, gradient, firstMoment, secondMoment, state, ...(flags ? [flags] : [])],
    params: {
      count: vectors ? count / 4 : count,
      decay: learningRate * weightDecay,
      stepSize: learningRate / (1 - beta1 ** step),
      beta1,
      beta2,
      rest1: 1 - beta1,
      rest2: 1 - beta2,
      correction2: Math.sqrt(1 - beta2 ** step),
      epsilon,
    },
    workgroups: grid(Math.ceil(count / (vectors ? 4 : 1) / lanes)),
    flops: 14 * count,
    bytes: 4 * count * (flags ? 9 : 8),
  };
}
