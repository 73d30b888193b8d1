/**
 * The LoRA products against float64, with the tiles for GPUs and those for software, at sizes that fill tiles and sizes
 * that do not, with parts that have no pair, and with dropout. The references of the backward products are themselves
 * compared with differences of the forward ones.
 */
import { describe, expect, it } from 'vitest';
import { philox } from '../../../src/data/seeded-random';
import type { Dispatch } from '../../../src/gpu/kernel';
import { loraDown } from '../../../src/kernels/lora/down';
import { loraGradA, loraGradB } from '../../../src/kernels/lora/gradients';
import { loraOutputs, loraRanks, type LoraPart } from '../../../src/kernels/lora/parts';
import {
  loraDownReference,
  loraGradAReference,
  loraGradBReference,
  loraUpBackwardReference,
  loraUpReference,
} from '../../../src/kernels/lora/reference';
import type { LoraMachine } from '../../../src/kernels/lora/tiles';
import { loraUpBackward } from '../../../src/kernels/lora/up-backward';
import { expectClose, randomFloats } from '../../support/kernel-data';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';

const parts = (...widths: number[]): LoraPart[] =>
  widths.map((width) => ({ width: Math.abs(width), adapted: width > 0 }));

/** A negative width is a part without a pair. */
const cases: [machine: LoraMachine, tokens: number, width: number, widths: number[], rank: number][] = [
  ['gpu', 19, 132, [24, 8, 8], 16],
  ['software', 70, 132, [300, 8, -8], 16],
  ['gpu', 5, 13, [-7, 70], 3],
  ['software', 5, 13, [-5, 7, 6], 3],
  ['gpu', 1, 1, [1], 1],
  ['software', 3, 4, [8], 20],
];

/** fp32 sums of at most 300 products of numbers up to 1, against float64. */
const tolerance = 2e-6;

const tenth: { dropoutKey: number; dropoutThreshold: number; dropoutKept: number } = {
  dropoutKey: 77,
  dropoutThreshold: Math.round(0.1 * 2 ** 32),
  dropoutKept: 1 / 0.9,
};
const tenthFactor = (token: number, column: number) =>
  philox(column, token, tenth.dropoutKey)[0] < tenth.dropoutThreshold ? 0 : tenth.dropoutKept;

describe('LoRA products', () => {
  const runtime = useRuntime();
  const input = (data: Float32Array) => ({ buffer: bufferOf(runtime(), data) });
  const overwritten = async (length: number, dispatch: (buffer: GPUBuffer) => Dispatch) => {
    const buffer = poisoned(runtime(), length);
    return runAndRead(runtime(), [dispatch(buffer)], buffer, length);
  };
  const addedTo = async (before: Float32Array, dispatch: (buffer: GPUBuffer) => Dispatch) => {
    const buffer = bufferOf(runtime(), before);
    return runAndRead(runtime(), [dispatch(buffer)], buffer, before.length);
  };

  it.each(cases)('%s: %i tokens, width %i, parts %j, rank %i', async (machine, tokens, width, widths, rank) => {
    const map = { tokens, parts: parts(...widths), rank, scale: 0.37 };
    const ranks = loraRanks(map.parts, rank);
    const shape = { tokens, width, ranks };
    const all = map.parts.reduce((sum, part) => sum + part.width, 0);
    const [x, a] = [randomFloats(tokens * width, 1), randomFloats(ranks * width, 2)];
    const [dy, b] = [randomFloats(tokens * all, 3), randomFloats(loraOutputs(map.parts) * rank, 4)];
    const u = randomFloats(tokens * ranks, 5);
    const [xs, as, dys, bs, us] = [input(x), input(a), input(dy), input(b), input(u)];

    const down = await overwritten(tokens * ranks, (buffer) =>
      loraDown({ x: xs, a: as, u: { buffer }, ...shape, machine }),
    );
    expectClose(down, loraDownReference(x, a, shape), tolerance);
    const du = await overwritten(tokens * ranks, (buffer) =>
      loraUpBackward({ dy: dys, b: bs, du: { buffer }, ...map, machine }),
    );
    expectClose(du, loraUpBackwardReference(dy, b, map), tolerance);
    const gradA = await addedTo(a, (buffer) => loraGradA({ du: us, x: xs, gradient: { buffer }, ...shape, machine }));
    expectClose(gradA, loraGradAReference(u, x, a, shape), tolerance);
    const gradB = await addedTo(b, (buffer) => loraGradB({ dy: dys, u: us, gradient: { buffer }, ...map, machine }));
    expectClose(gradB, loraGradBReference(dy, u, b, map), tolerance);
  });

  it.each(['gpu', 'software'] as const)('%s: drops the same inputs in both directions', async (machine) => {
    const shape = { tokens: 9, width: 40, ranks: 12 };
    const [x, a] = [randomFloats(9 * 40, 1), randomFloats(12 * 40, 2)];
    const du = randomFloats(9 * 12, 3);
    const xs = input(x);
    const down = await overwritten(du.length, (buffer) =>
      loraDown({ x: xs, a: input(a), u: { buffer }, ...shape, dropout: tenth, machine }),
    );
    expectClose(down, loraDownReference(x, a, shape, tenthFactor), tolerance);
    const gradA = await addedTo(a, (buffer) =>
      loraGradA({ du: input(du), x: xs, gradient: { buffer }, ...shape, dropout: tenth, machine }),
    );
    expectClose(gradA, loraGradAReference(du, x, a, shape, tenthFactor), tolerance);
    const without = loraDownReference(x, a, shape);
    expect(down.every((value, i) => Math.abs(value - without[i]!) < 0.01)).toBe(false);
  });
});

/** d(sum weights * forward)/d(at[i]): the functions are linear in each argument, so a difference of 1 is exact. */
function difference(at: Float64Array, i: number, weights: ArrayLike<number>, forward: () => Float64Array): number {
  const loss = () => forward().reduce((sum, value, j) => sum + value * weights[j]!, 0);
  const before = loss();
  at[i]! += 1;
  const after = loss();
  at[i]! -= 1;
  return after - before;
}

describe('LoRA references', () => {
  const map = { tokens: 3, parts: parts(2, -3, 4), rank: 2, scale: 0.7 };
  const shape = { tokens: 3, width: 5, ranks: 4 };
  const [x, a] = [Float64Array.from(randomFloats(15, 1)), Float64Array.from(randomFloats(20, 2))];
  const [u, b] = [Float64Array.from(randomFloats(12, 3)), Float64Array.from(randomFloats(12, 4))];
  const [du, dy] = [randomFloats(12, 5), randomFloats(27, 6)];
  const differences = (at: Float64Array, weights: ArrayLike<number>, forward: () => Float64Array) =>
    at.map((_, i) => difference(at, i, weights, forward));

  it('are the gradients of the forward products', () => {
    const down = () => loraDownReference(x, a, shape, tenthFactor);
    const zero = new Float64Array(20);
    expectClose(loraGradAReference(du, x, zero, shape, tenthFactor), differences(a, du, down), 1e-12);
    const up = () => loraUpReference(u, b, map);
    expectClose(loraUpBackwardReference(dy, b, map), differences(u, dy, up), 1e-12);
    expectClose(loraGradBReference(dy, u, zero, map), differences(b, dy, up), 1e-12);
  });
});
