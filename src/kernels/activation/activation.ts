/**
 * The activations of the feed-forward part, element by element: SwiGLU (Llama) and gelu_new (GPT-2), forward and backward.
 * The backward writes over the kept input, and over the upstream gradient with the activation where that is wanted again.
 */
import type { BufferPart, Dispatch, Kernel } from '../../gpu/kernel';
import {
  blockGrid,
  blockMainWgsl,
  blockParams,
  blockValues,
  elementOf,
  kernelOnce,
  type Element,
} from '../rows/row-workgroup';

export interface ActivationShape {
  kind: 'swiglu' | 'gelu';
  rows: number;
  /** Of the activation; SwiGLU's input is twice as wide, gate columns first. */
  width: number;
}

/** Exponents are kept where no GPU's exp or tanh overflows; the results are the same in f32. */
const functionsWgsl = (kind: ActivationShape['kind'], { type }: Element) =>
  kind === 'swiglu'
    ? /* wgsl */ `
fn sigmoid(v: ${type}) -> ${type} { return 1.0 / (1.0 + exp(min(-v, ${type}(80.0)))); }`
    : /* wgsl */ `
fn bend(v: ${type}) -> ${type} {
  return tanh(clamp(${Math.sqrt(2 / Math.PI)} * v * (1.0 + 0.044715 * v * v), ${type}(-15.0), ${type}(15.0)));
}
fn bendSlope(v: ${type}) -> ${type} { return ${Math.sqrt(2 / Math.PI)} * (1.0 + ${3 * 0.044715} * v * v); }`;

/** The places of one element's gate and up in the input, or of its only value. */
const placeWgsl = (kind: ActivationShape['kind']) =>
  kind === 'swiglu'
    ? /* wgsl */ `
  let gateAt = row * 2u * params.width + column;
  let upAt = gateAt + params.width;
  let gate = x[gateAt];
  let up = x[upAt];
  let s = sigmoid(gate);`
    : /* wgsl */ `
  let v = x[at];
  let t = bend(v);`;

const valueWgsl = (kind: ActivationShape['kind']) => (kind === 'swiglu' ? 'gate * s * up' : '0.5 * v * (1.0 + t)');

const forwardKernel = (kind: ActivationShape['kind'], element: Element): Kernel =>
  kernelOnce(`activation.forward.${kind}.${element.name}`, () => ({
    params: blockParams,
    bindings: ['read', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> x: array<${element.type}>;
@group(0) @binding(2) var<storage, read_write> y: array<${element.type}>;
${functionsWgsl(kind, element)}
${blockMainWgsl}
  let at = row * params.width + column;
  ${placeWgsl(kind)}
  y[at] = ${valueWgsl(kind)};
}`,
  }));

const backwardKernel = (kind: ActivationShape['kind'], element: Element, again: boolean): Kernel =>
  kernelOnce(`activation.backward.${kind}.${element.name}${again ? '.again' : ''}`, () => ({
    params: blockParams,
    bindings: [again ? 'write' : 'read', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, ${again ? 'read_write' : 'read'}> dy: array<${element.type}>;
@group(0) @binding(2) var<storage, read_write> x: array<${element.type}>;
${functionsWgsl(kind, element)}
${blockMainWgsl}
  let at = row * params.width + column;
  ${placeWgsl(kind)}
  let d = dy[at];
  ${again ? `dy[at] = ${valueWgsl(kind)};` : ''}
  ${
    kind === 'swiglu'
      ? /* wgsl */ `
  x[gateAt] = d * up * s * (1.0 + gate * (1.0 - s));
  x[upAt] = d * gate * s;`
      : 'x[at] = d * (0.5 * (1.0 + t) + 0.5 * v * (1.0 - t * t) * bendSlope(v));'
  }
}`,
  }));

const inputs = ({ kind }: ActivationShape) => (kind === 'swiglu' ? 2 : 1);

const work = ({ rows, width }: ActivationShape, { floats }: Element) => ({
  params: blockValues(rows, width / floats),
  workgroups: blockGrid(rows, width / floats),
});

/**
 * y = silu(gate) * up, or gelu_new(x) (src/ops/mlp.ts).
 * @param buffers x [rows, 2 width] for SwiGLU (gate columns, then up), [rows, width] for gelu; y [rows, width]
 */
export function activationForward(shape: ActivationShape, { x, y }: { x: BufferPart; y: BufferPart }): Dispatch {
  const element = elementOf(shape.width);
  return {
    kernel: forwardKernel(shape.kind, element),
    buffers: [x, y],
    ...work(shape, element),
    flops: 8 * shape.rows * shape.width,
    bytes: 4 * (inputs(shape) + 1) * shape.rows * shape.width,
  };
}

/**
 * Turns x, as in activationForward, in place into its gradient under dy [rows, width].
 * @param again also turns dy in place into the activation, for who needs it again and did not keep it (the gradient of
 *   the down projection's weights or LoRA A)
 */
export function activationBackward(
  shape: ActivationShape,
  { dy, x }: { dy: BufferPart; x: BufferPart },
  again = false,
): Dispatch {
  const element = elementOf(shape.width);
  return {
    kernel: backwardKernel(shape.kind, element, again),
    buffers: [dy, x],
    ...work(shape, element),
    flops: 14 * shape.rows * shape.width,
    bytes: 4 * (2 * inputs(shape) + (again ? 2 : 1)) * shape.rows * shape.width,
  };
}
