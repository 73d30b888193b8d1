/** A norm joined with the low-rank states, against float64; and that a row is the same whatever rows are beside it. */
import { describe, expect, it } from 'vitest';
import type { NormShape } from '../../../src/kernels/norm/norm';
import { normDown } from '../../../src/kernels/norm-down/norm-down';
import { normDownReference } from '../../../src/kernels/norm-down/reference';
import { expectClose, randomFloats } from '../../support/kernel-data';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';

/** Sums of some hundred fp32 terms, relative to the largest. */
const tolerance = 1e-5;
const sizes = [
  [1, 1, 1],
  [3, 7, 5],
  [9, 130, 12],
  [6, 260, 8],
] as const;
const cases = (['rms', 'layer'] as const).flatMap((kind) =>
  sizes.map(([rows, width, ranks]) => ({ shape: { kind, rows, width, epsilon: 1e-5 } satisfies NormShape, ranks })),
);

describe('norm and low-rank states', () => {
  const runtime = useRuntime();

  const run = async (shape: NormShape, ranks: number, x: Float32Array) => {
    const gpu = runtime();
    const { rows, width, kind } = shape;
    const weight = randomFloats(width, 2);
    const bias = kind === 'layer' ? randomFloats(width, 3) : undefined;
    const a = randomFloats(ranks * width, 4);
    const [y, u] = [poisoned(gpu, rows * width + 4), poisoned(gpu, rows * ranks + 4)];
    const part = (data: Float32Array) => ({ buffer: bufferOf(gpu, data) });
    const inputs = { x: part(x), weight: part(weight), a: part(a), ...(bias && { bias: part(bias) }) };
    const dispatch = normDown(shape, ranks, { ...inputs, y: { buffer: y }, u: { buffer: u } });
    const foundY = await runAndRead(gpu, [dispatch], y, rows * width + 4);
    const foundU = await runAndRead(gpu, [], u, rows * ranks + 4);
    return { y: foundY, u: foundU, wanted: normDownReference(shape, ranks, { x, weight, bias, a }) };
  };

  it.each(cases)('$shape.kind of [$shape.rows, $shape.width] into $ranks ranks', async ({ shape, ranks }) => {
    const { rows, width } = shape;
    const { y, u, wanted } = await run(
      shape,
      ranks,
      randomFloats(rows * width, 1).map((v) => v + 0.5),
    );
    expectClose(y.subarray(0, rows * width), wanted.y, tolerance);
    expectClose(u.subarray(0, rows * ranks), wanted.u, tolerance);
    expect([...y.subarray(rows * width), ...u.subarray(rows * ranks)]).toEqual(Array(8).fill(NaN));
  });

  it('a row alone is bit for bit the row among others', async () => {
    const shape: NormShape = { kind: 'rms', rows: 7, width: 36, epsilon: 1e-5 };
    const x = randomFloats(7 * 36, 1);
    const all = await run(shape, 6, x);
    const alone = await run({ ...shape, rows: 1 }, 6, x.slice(5 * 36, 6 * 36));
    expect([...alone.u.subarray(0, 6)]).toEqual([...all.u.subarray(30, 36)]);
    expect([...alone.y.subarray(0, 36)]).toEqual([...all.y.subarray(180, 216)]);
  });
});
