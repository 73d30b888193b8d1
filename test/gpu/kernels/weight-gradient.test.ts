/** Gradients of weights and biases against float64, at sizes that fill tiles and sizes that do not. */
import { describe, expect, it } from 'vitest';
import { biasGradientReference, weightGradientReference } from '../../../src/kernels/weight-gradient/reference';
import { biasGradient, weightGradient } from '../../../src/kernels/weight-gradient/weight-gradient';
import { expectClose, randomFloats } from '../../support/kernel-data';
import { bufferOf, runAndRead, useRuntime } from '../../support/kernels';

describe.each([
  { how: 'in tiles of a GPU', shuffle: false },
  { how: 'shuffled between lanes', shuffle: true },
])('weight gradients $how', ({ shuffle }) => {
  const runtime = useRuntime();

  it.each([
    [1, 1, 1],
    [3, 5, 7],
    [5, 16, 256],
    [33, 9, 260],
    [7, 12, 67],
    [64, 24, 300],
    [2, 1036, 508],
    [8, 32, 64],
  ])('adds the outer products of %i tokens to a [%i, %i] gradient', async (tokens, rows, columns) => {
    const gpu = runtime();
    const [p, q] = [randomFloats(tokens * rows, 1), randomFloats(tokens * columns, 2)];
    const before = randomFloats(rows * columns, 3);
    const gradient = bufferOf(gpu, before);
    const work = { p: { buffer: bufferOf(gpu, p) }, q: { buffer: bufferOf(gpu, q) }, gradient: { buffer: gradient } };
    const dispatches = weightGradient({ ...work, tokens, rows, columns, shuffle });
    const result = await runAndRead(gpu, dispatches, gradient, before.length);
    expectClose(result, weightGradientReference(p, q, before, { tokens, rows, columns }), 1e-6);
    expect(dispatches).toHaveLength(1);
    expect(dispatches[0]!.flops).toBe(2 * tokens * rows * columns);
  });

  it('adds to a chunk of rows, in several dispatches, and leaves the rows around it', async () => {
    const gpu = runtime();
    const [tokens, rows, columns, firstRow, allRows] = shuffle ? [6, 40, 20, 3, 50] : [6, 21, 20, 3, 30];
    const [tileRows, parts] = shuffle ? [16, [16, 16, 8]] : [8, [8, 8, 5]];
    const [p, q] = [randomFloats(tokens * rows, 1), randomFloats(tokens * columns, 2)];
    const before = randomFloats(allRows * columns, 3);
    const expected = Float64Array.from(before);
    const [from, until] = [firstRow * columns, (firstRow + rows) * columns];
    expected.set(weightGradientReference(p, q, before.subarray(from, until), { tokens, rows, columns }), from);
    const gradient = bufferOf(gpu, before);
    const dispatches = weightGradient({
      p: { buffer: bufferOf(gpu, p) },
      q: { buffer: bufferOf(gpu, q) },
      gradient: { buffer: gradient },
      ...{ tokens, rows, columns, firstRow, shuffle, maxFlops: 2 * tokens * tileRows * columns },
    });
    expectClose(await runAndRead(gpu, dispatches, gradient, before.length), expected, 1e-6);
    expect(dispatches.map(({ flops }) => flops)).toEqual(parts.map((part) => 2 * tokens * part * columns));
  });

  it.each([
    [1, 1],
    [19, 33],
    [70, 130],
  ])('adds %i rows of width %i to a bias gradient', async (tokens, width) => {
    const gpu = runtime();
    const [dy, before] = [randomFloats(tokens * width, 4), randomFloats(width, 5)];
    const gradient = bufferOf(gpu, before);
    const dispatch = biasGradient({ dy: { buffer: bufferOf(gpu, dy) }, gradient: { buffer: gradient }, tokens, width });
    const result = await runAndRead(gpu, [dispatch], gradient, width);
    expectClose(result, biasGradientReference(dy, before, tokens, width), 1e-6);
  });
});
