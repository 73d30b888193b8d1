/** SwiGLU and gelu_new in float64: the reference of the kernels' tests and self-test. */
import type { ActivationShape } from './activation';

type Numbers = ArrayLike<number>;

const silu = (v: number) => v / (1 + Math.exp(-v));
const siluSlope = (v: number) => (1 + v * (1 - 1 / (1 + Math.exp(-v)))) / (1 + Math.exp(-v));
const inner = (v: number) => Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3);
const innerSlope = (v: number) => Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * v ** 2);
const gelu = (v: number) => 0.5 * v * (1 + Math.tanh(inner(v)));
const geluSlope = (v: number) =>
  0.5 * (1 + Math.tanh(inner(v))) + 0.5 * v * (1 - Math.tanh(inner(v)) ** 2) * innerSlope(v);

/** y [rows, width]; x as in activationForward. */
export function activationReference({ kind, rows, width }: ActivationShape, x: Numbers): Float64Array {
  return Float64Array.from({ length: rows * width }, (_, i) => {
    if (kind === 'gelu') return gelu(x[i]!);
    const gate = i + Math.floor(i / width) * width;
    return silu(x[gate]!) * x[gate + width]!;
  });
}

/** dx, of x's shape, under dy [rows, width]. */
export function activationBackwardReference(
  { kind, rows, width }: ActivationShape,
  x: Numbers,
  dy: Numbers,
): Float64Array {
  const dx = new Float64Array(x.length);
  for (let i = 0; i < rows * width; i++) {
    if (kind === 'gelu') {
      dx[i] = dy[i]! * geluSlope(x[i]!);
      continue;
    }
    const gate = i + Math.floor(i / width) * width;
    dx[gate] = dy[i]! * siluSlope(x[gate]!) * x[gate + width]!;
    dx[gate + width] = dy[i]! * silu(x[gate]!);
  }
  return dx;
}
