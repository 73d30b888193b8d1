/** RMSNorm and LayerNorm against float64, the reference against finite differences. */
import { describe, expect, it } from 'vitest';
import { normBackward, normForward, type NormShape } from '../../../src/kernels/norm/norm';
import { normBackwardReference, normReference } from '../../../src/kernels/norm/reference';
import { normPartialFloats, normWeightGradient } from '../../../src/kernels/norm/weight-gradient';
import { dot, finiteDifferences } from '../../support/finite-differences';
import { expectClose, randomFloats } from '../../support/kernel-data';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';

/** Sums of at most some thousand fp32 terms. */
const tolerance = 1e-5;
const sizes = [
  [1, 1],
  [3, 7],
  [5, 64],
  [70, 130],
  [4, 512],
  [2, 1030],
  [2, 4100],
] as const;
const shapes = (['rms', 'layer'] as const).flatMap((kind) =>
  sizes.map(([rows, width]): NormShape => ({ kind, rows, width, epsilon: 1e-5 })),
);

const dataOf = ({ kind, rows, width }: NormShape) => ({
  // A mean that is not 0, so that LayerNorm's matters.
  x: randomFloats(rows * width, 1).map((v) => v + 0.5),
  weight: randomFloats(width, 2),
  bias: kind === 'layer' ? randomFloats(width, 3) : undefined,
  dy: randomFloats(rows * width, 4),
  before: randomFloats(rows * width, 5),
});

describe('norm', () => {
  const runtime = useRuntime();

  it.each(shapes)('$kind forward of [$rows, $width]', async (shape) => {
    const gpu = runtime();
    const { x, weight, bias } = dataOf(shape);
    const y = poisoned(gpu, x.length + 4);
    const buffers = { x: { buffer: bufferOf(gpu, x) }, weight: { buffer: bufferOf(gpu, weight) }, y: { buffer: y } };
    const dispatch = normForward(shape, { ...buffers, ...(bias && { bias: { buffer: bufferOf(gpu, bias) } }) });
    const result = await runAndRead(gpu, [dispatch], y, x.length + 4);
    expectClose(result.subarray(0, x.length), normReference(shape, x, weight, bias), tolerance);
    expect([...result.subarray(x.length)]).toEqual([NaN, NaN, NaN, NaN]);
  });

  it.each(shapes)('$kind backward of [$rows, $width], added and written', async (shape) => {
    const gpu = runtime();
    const { x, weight, dy, before } = dataOf(shape);
    const expected = normBackwardReference(shape, x, weight, dy).dx;
    const inputs = {
      x: { buffer: bufferOf(gpu, x) },
      weight: { buffer: bufferOf(gpu, weight) },
      dy: { buffer: bufferOf(gpu, dy) },
    };
    const added = bufferOf(gpu, before);
    const addition = normBackward(shape, { ...inputs, dx: { buffer: added } });
    // The norm of one column is constant: only rounding is left, against a gradient of 0.
    const sum = expected.map((v, i) => v + before[i]!);
    expectClose(await runAndRead(gpu, [addition], added, x.length), sum, tolerance * 4);
    const written = poisoned(gpu, x.length);
    const writing = normBackward(shape, { ...inputs, dx: { buffer: written } }, 'overwrite');
    const result = await runAndRead(gpu, [writing], written, x.length);
    if (shape.width > 1) expectClose(result, expected, tolerance * 4);
    else expect(Math.abs(result[0]!)).toBeLessThan(1e-5);
  });

  it.each(shapes)('$kind gradients of weight and bias, [$rows, $width]', async (shape) => {
    const gpu = runtime();
    const { x, weight, bias, dy } = dataOf(shape);
    const [rows, width] = [shape.rows, shape.width];
    const reference = normBackwardReference(shape, x, weight, dy);
    const statistics = { buffer: poisoned(gpu, rows * 2) };
    const inputs = { x: { buffer: bufferOf(gpu, x) }, dy: { buffer: bufferOf(gpu, dy) } };
    const backward = normBackward(shape, {
      ...inputs,
      weight: { buffer: bufferOf(gpu, weight) },
      dx: { buffer: bufferOf(gpu, dy) },
      statistics,
    });
    const start = randomFloats(width, 6);
    const dWeight = bufferOf(gpu, start);
    const dBias = bufferOf(gpu, start);
    const gradient = normWeightGradient(shape, {
      ...inputs,
      statistics,
      partial: { buffer: poisoned(gpu, normPartialFloats(shape)) },
      dWeight: { buffer: dWeight },
      ...(bias && { dBias: { buffer: dBias } }),
    });
    const plusStart = (values: Float64Array) => values.map((v, i) => v + start[i]!);
    expectClose(
      await runAndRead(gpu, [backward, ...gradient], dWeight, width),
      plusStart(reference.dWeight),
      tolerance,
    );
    if (bias) expectClose(await runAndRead(gpu, [], dBias, width), plusStart(reference.dBias), tolerance);
  });

  it.each(['rms', 'layer'] as const)('%s: the reference is the derivative of its forward', (kind) => {
    const shape: NormShape = { kind, rows: 2, width: 5, epsilon: 1e-3 };
    const { x, weight, bias, dy } = dataOf(shape);
    const { dx, dWeight, dBias } = normBackwardReference(shape, x, weight, dy);
    const loss = (x: ArrayLike<number>, w: ArrayLike<number>, b?: ArrayLike<number>) =>
      dot(normReference(shape, x, w, b), dy);
    expectClose(
      dx,
      finiteDifferences((at) => loss(at, weight, bias), x),
      1e-7,
    );
    expectClose(
      dWeight,
      finiteDifferences((at) => loss(x, at, bias), weight),
      1e-7,
    );
    if (bias)
      expectClose(
        dBias,
        finiteDifferences((at) => loss(x, weight, at), bias),
        1e-7,
      );
  });
});
