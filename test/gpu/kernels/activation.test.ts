/** SwiGLU and gelu_new against float64, the reference against finite differences. */
import { describe, expect, it } from 'vitest';
import {
  activationBackward,
  activationForward,
  type ActivationShape,
} from '../../../src/kernels/activation/activation';
import { activationBackwardReference, activationReference } from '../../../src/kernels/activation/reference';
import { dot, finiteDifferences } from '../../support/finite-differences';
import { expectClose, randomFloats } from '../../support/kernel-data';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';

/** Element by element, but with exp and tanh as good as the GPU's. */
const tolerance = 1e-5;
const sizes = [
  [1, 1],
  [3, 7],
  [5, 64],
  [9, 130],
  [3, 1408],
] as const;
const shapes = (['swiglu', 'gelu'] as const).flatMap((kind) =>
  sizes.map(([rows, width]): ActivationShape => ({ kind, rows, width })),
);

const dataOf = ({ kind, rows, width }: ActivationShape) => ({
  x: randomFloats(rows * width * (kind === 'swiglu' ? 2 : 1), 1).map((v) => 4 * v),
  dy: randomFloats(rows * width, 2),
});

describe('activation', () => {
  const runtime = useRuntime();

  it.each(shapes)('$kind forward of [$rows, $width]', async (shape) => {
    const gpu = runtime();
    const { x, dy } = dataOf(shape);
    const y = poisoned(gpu, dy.length + 4);
    const dispatch = activationForward(shape, { x: { buffer: bufferOf(gpu, x) }, y: { buffer: y } });
    const result = await runAndRead(gpu, [dispatch], y, dy.length + 4);
    expectClose(result.subarray(0, dy.length), activationReference(shape, x), tolerance);
    expect([...result.subarray(dy.length)]).toEqual([NaN, NaN, NaN, NaN]);
  });

  it.each(shapes)('$kind backward of [$rows, $width], with and without the activation', async (shape) => {
    const gpu = runtime();
    const { x, dy } = dataOf(shape);
    const expected = activationBackwardReference(shape, x, dy);
    for (const again of [false, true]) {
      const dx = bufferOf(gpu, x);
      const upstream = bufferOf(gpu, dy);
      const dispatch = activationBackward(shape, { dy: { buffer: upstream }, x: { buffer: dx } }, again);
      expectClose(await runAndRead(gpu, [dispatch], dx, x.length), expected, tolerance);
      const after = await runAndRead(gpu, [], upstream, dy.length);
      expectClose(after, again ? activationReference(shape, x) : dy, tolerance);
    }
  });

  it.each(['swiglu', 'gelu'] as const)('%s of large inputs stays finite', async (kind) => {
    const gpu = runtime();
    const shape: ActivationShape = { kind, rows: 1, width: 4 };
    const x = Float32Array.of(-1e4, -200, 200, 1e4, 1, 1, 1, 1).subarray(0, kind === 'swiglu' ? 8 : 4);
    const dy = Float32Array.of(1, 1, 1, 1);
    const y = poisoned(gpu, 4);
    const dx = bufferOf(gpu, x);
    const forward = activationForward(shape, { x: { buffer: dx }, y: { buffer: y } });
    expectClose(await runAndRead(gpu, [forward], y, 4), [0, 0, 200, 1e4], tolerance);
    const backward = activationBackward(shape, { dy: { buffer: bufferOf(gpu, dy) }, x: { buffer: dx } });
    const expected = activationBackwardReference(shape, x, dy);
    expectClose(await runAndRead(gpu, [backward], dx, x.length), expected, tolerance);
  });

  it.each(['swiglu', 'gelu'] as const)('%s: the reference is the derivative of its forward', (kind) => {
    const shape: ActivationShape = { kind, rows: 2, width: 5 };
    const { x, dy } = dataOf(shape);
    const expected = finiteDifferences((at) => dot(activationReference(shape, at), dy), x);
    expectClose(activationBackwardReference(shape, x, dy), expected, 1e-7);
  });
});
