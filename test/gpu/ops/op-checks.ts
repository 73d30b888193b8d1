/** Holds an op against its float64 reference: values, and gradients against central differences of the reference. */
import { expect } from 'vitest';
import type { NamedTensor } from '../../../src/model/adapter-types';
import { dispose, fromHost, tensorCount, tidy, toHost, valueAndGradients, type Tensor } from '../../../src/ops/tensor';
import { randomTensor, relativeError } from '../../support/engine';

/** fp32 rounding over sums of up to a few hundred terms, relative to the largest value. */
const opTolerance = 1e-5;

export interface OpCase {
  inputs: NamedTensor[];
  /** The op on the GPU; must use the very tensors it is given. */
  op(inputs: Tensor[]): Tensor;
  /** The same in float64: all values of the result, in row-major order. */
  reference(inputs: Float64Array[]): Float64Array;
  /** Which inputs have a gradient; none by default. */
  differentiable?: number[];
  /** Values of the result that the gradient does not go through (masks, counts). */
  ignoredInGradient?: (index: number) => boolean;
}

/** Directions in which one input is varied: single values spread over it, and all values together at random. */
function directions(size: number): Float64Array[] {
  const singles = Math.min(size, 24);
  const units = Array.from({ length: singles }, (_, i) => {
    const direction = new Float64Array(size);
    direction[Math.floor((i * size) / singles)] = 1;
    return direction;
  });
  const together = Array.from({ length: 3 }, (_, i) => Float64Array.from(randomTensor([size], 1, 'direction', i).data));
  return [...units, ...together];
}

/** d sum(upstream * reference) along `direction` of inputs[which], by central differences. Exact to about 1e-9. */
function difference({ inputs, reference }: OpCase, which: number, direction: Float64Array, upstream: Float32Array) {
  const step = 1e-5;
  const at = (distance: number) => {
    const values = inputs.map(({ data }) => Float64Array.from(data));
    direction.forEach((value, i) => (values[which]![i]! += distance * value));
    return reference(values).reduce((sum, value, i) => sum + value * upstream[i]!, 0);
  };
  return (at(step) - at(-step)) / (2 * step);
}

/** The largest error of a gradient over all directions, relative to the gradient's and the direction's length. */
function gradientError(check: OpCase, which: number, gradient: Float32Array, upstream: Float32Array): number {
  const length = Math.hypot(...gradient);
  const errors = directions(gradient.length).map((direction) => {
    const found = direction.reduce((sum, value, i) => sum + value * gradient[i]!, 0);
    return Math.abs(found - difference(check, which, direction, upstream)) / (Math.hypot(...direction) * length);
  });
  return Math.max(...errors);
}

/** Asserts values and gradients, and that nothing stays behind on the GPU. */
export async function checkOp(check: OpCase): Promise<void> {
  const { inputs, op, reference, differentiable = [], ignoredInGradient } = check;
  const before = tensorCount();
  const tensors = inputs.map(({ data, shape }) => fromHost(data, shape));
  const wanted = reference(inputs.map(({ data }) => Float64Array.from(data)));
  const upstream = randomTensor([wanted.length], 1, 'upstream', wanted.length).data.map((value, i) =>
    ignoredInGradient?.(i) ? 0 : value,
  );
  const probe = tidy(() => op(tensors));
  const dy = fromHost(upstream, probe.shape);
  probe.dispose();
  const { value, gradients } = valueAndGradients(() => op(tensors), tensors, dy);
  expect(relativeError(await toHost(value), wanted), 'value').toBeLessThan(opTolerance);
  for (const which of differentiable) {
    const error = gradientError(check, which, await toHost(gradients[which]!), upstream);
    expect(error, `gradient of input ${which}`).toBeLessThan(opTolerance);
  }
  dispose([...tensors, ...gradients, value, dy]);
  expect(tensorCount(), 'tensors').toBe(before);
}
