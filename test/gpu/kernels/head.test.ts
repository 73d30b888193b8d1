/** The chunked softmax over the vocabulary against float64 over the whole logits, forward and backward. */
import { describe, expect, it } from 'vitest';
import { headGradient } from '../../../src/kernels/head/gradient';
import { headFinish, headStateWords, headUpdate, noTarget, sequenceSums } from '../../../src/kernels/head/head';
import { headGradientReference, headReference, sequenceSumsReference } from '../../../src/kernels/head/reference';
import type { Runtime } from '../../../src/gpu/runtime';
import { dot, finiteDifferences } from '../../support/finite-differences';
import { expectClose, randomFloats } from '../../support/kernel-data';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';

/** Sums of some thousand fp32 terms, all relative to the row's maximum. */
const tolerance = 1e-5;

interface Case {
  rows: number;
  vocabulary: number;
  columns: number;
  /** Logits are uniform in -size ... size. */
  size: number;
}

const cases: Case[] = [
  { rows: 1, vocabulary: 1, columns: 1, size: 1 },
  { rows: 3, vocabulary: 5, columns: 1, size: 3 },
  { rows: 7, vocabulary: 130, columns: 37, size: 5 },
  { rows: 5, vocabulary: 1000, columns: 256, size: 30 },
  { rows: 2, vocabulary: 3001, columns: 2000, size: 8 },
  { rows: 4, vocabulary: 64, columns: 64, size: 1e4 },
];

/** Some targets are the argmax, one row has none; several sequences, one of them empty. */
function dataOf({ rows, vocabulary, size }: Case) {
  const logits = randomFloats(rows * vocabulary, 1).map((v) => v * size);
  const targets = Uint32Array.from({ length: rows }, (_, row) => {
    const values = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
    if (row % 3 === 0) return values.indexOf(values.reduce((a, b) => Math.max(a, b)));
    return row === 4 ? noTarget : (row * 7919) % vocabulary;
  });
  const sequenceOf = Uint32Array.from({ length: rows }, (_, row) => (row < rows / 2 ? 0 : 2));
  const rowStart = Uint32Array.of(0, Math.ceil(rows / 2), Math.ceil(rows / 2), rows);
  return { logits, targets, sequenceOf, rowStart, dlogp: Float32Array.of(0.7, 5, -1.3) };
}

interface Chunk {
  first: number;
  columns: number;
  values: Float32Array;
}

function chunksOf({ rows, vocabulary, columns }: Case, logits: Float32Array): Chunk[] {
  return Array.from({ length: Math.ceil(vocabulary / columns) }, (_, chunk) => {
    const first = chunk * columns;
    const width = Math.min(columns, vocabulary - first);
    const value = (i: number) => logits[Math.floor(i / width) * vocabulary + first + (i % width)]!;
    return { first, columns: width, values: Float32Array.from({ length: rows * width }, (_, i) => value(i)) };
  });
}

/** Runs all chunks and the end; the buffers that hold the results. */
function runForward(gpu: Runtime, example: Case, chunks: Chunk[], targetIds: Uint32Array) {
  const { rows } = example;
  const part = (length: number) => ({ buffer: poisoned(gpu, length) });
  const [states, statistics, normaliser] = [part(rows * headStateWords), part(rows * 3), part(rows * 2)];
  const targets = { buffer: bufferOf(gpu, targetIds) };
  for (const { first, columns, values } of chunks)
    gpu.run(headUpdate({ rows, first, columns }, { logits: { buffer: bufferOf(gpu, values) }, targets, states }));
  gpu.run(headFinish(rows, { states, targets, statistics, normaliser }));
  return { targets, statistics, normaliser };
}

describe('head', () => {
  const runtime = useRuntime();

  it.each(cases)('statistics of [$rows, $vocabulary] by $columns, up to $size', async (example) => {
    const gpu = runtime();
    const { logits, targets, rowStart } = dataOf(example);
    const result = runForward(gpu, example, chunksOf(example, logits), targets);
    const expected = headReference(logits, targets, example.vocabulary);
    const statistics = await runAndRead(gpu, [], result.statistics.buffer, example.rows * 3);
    const column = (values: ArrayLike<number>, c: number) =>
      Array.from({ length: values.length / 3 }, (_, i) => values[3 * i + c]!);
    // An entropy near 0 is no more exact than the 1 it is the distance of a probability from.
    const withOne = (values: number[]) => [...values, 1];
    for (const c of [0, 1])
      expectClose(withOne(column(statistics, c)), withOne(column(expected.statistics, c)), tolerance);
    expect(column(statistics, 2)).toEqual(column(expected.statistics, 2));
    const normaliser = await runAndRead(gpu, [], result.normaliser.buffer, example.rows * 2);
    expectClose(normaliser, expected.normaliser, tolerance);

    const sums = poisoned(gpu, 3 * 3);
    const dispatch = sequenceSums(
      { sequences: 3, rows: example.rows },
      { statistics: result.statistics, rowStart: { buffer: bufferOf(gpu, rowStart) }, sums: { buffer: sums } },
    );
    expectClose(
      await runAndRead(gpu, [dispatch], sums, 9),
      sequenceSumsReference(expected.statistics, rowStart),
      tolerance,
    );
  });

  it.each(cases)('gradient of [$rows, $vocabulary] by $columns, up to $size', async (example) => {
    const gpu = runtime();
    const { logits, targets, sequenceOf, dlogp } = dataOf(example);
    const chunks = chunksOf(example, logits);
    const forward = runForward(gpu, example, chunks, targets);
    const inputs = { sequenceOf: { buffer: bufferOf(gpu, sequenceOf) }, dlogp: { buffer: bufferOf(gpu, dlogp) } };
    const scale = 0.25;
    const upstream = { sequenceOf, dlogp };
    const expected = headGradientReference(logits, targets, example.vocabulary, scale, upstream);
    const expectedChunks = chunksOf(example, Float32Array.from(expected));
    for (const [i, { first, columns, values }] of chunks.entries()) {
      const buffer = bufferOf(gpu, values);
      const shape = { rows: example.rows, first, columns };
      const dispatch = headGradient(shape, scale, { ...forward, ...inputs, logits: { buffer } });
      const result = await runAndRead(gpu, [dispatch], buffer, values.length + 1);
      expectClose(result.subarray(0, values.length), expectedChunks[i]!.values, tolerance * 4);
      expect(result[values.length]).toBeNaN();
    }
  });

  it('reads rows that are further apart than the chunk is wide', async () => {
    const gpu = runtime();
    const example: Case = { rows: 3, vocabulary: 6, columns: 6, size: 2 };
    const { logits, targets, sequenceOf, dlogp } = dataOf(example);
    const spread = new Float32Array(3 * 8).fill(NaN);
    for (let row = 0; row < 3; row++) spread.set(logits.subarray(row * 6, row * 6 + 6), row * 8);
    const chunk = { rows: 3, first: 0, columns: 6, stride: 8 };
    const buffer = bufferOf(gpu, spread);
    const result = runForward(gpu, example, chunksOf(example, logits), targets);
    const states = { buffer: poisoned(gpu, 3 * headStateWords) };
    gpu.run(headUpdate(chunk, { logits: { buffer }, targets: result.targets, states }));
    const finished = { ...result, statistics: { buffer: poisoned(gpu, 9) } };
    gpu.run(headFinish(3, { states, ...finished }));
    const statistics = await runAndRead(gpu, [], finished.statistics.buffer, 9);
    expectClose(statistics, headReference(logits, targets, 6).statistics, tolerance);
    const inputs = { sequenceOf: { buffer: bufferOf(gpu, sequenceOf) }, dlogp: { buffer: bufferOf(gpu, dlogp) } };
    const dispatch = headGradient(chunk, 1, { ...result, ...inputs, logits: { buffer } });
    const gradient = await runAndRead(gpu, [dispatch], buffer, 24);
    const dense = [0, 1, 2].flatMap((row) => [...gradient.subarray(row * 8, row * 8 + 6)]);
    expectClose(dense, headGradientReference(logits, targets, 6, 1, { sequenceOf, dlogp }), tolerance);
    expect(gradient[6]).toBeNaN();
  });

  it('the lowest id wins ties, within and between chunks', async () => {
    const gpu = runtime();
    const example: Case = { rows: 2, vocabulary: 300, columns: 100, size: 1 };
    const logits = new Float32Array(600);
    for (const id of [70, 71, 250]) logits[id] = logits[300 + id] = 3;
    const result = runForward(gpu, example, chunksOf(example, logits), Uint32Array.of(70, 250));
    const statistics = await runAndRead(gpu, [], result.statistics.buffer, 6);
    expect([statistics[2], statistics[5]]).toEqual([1, 0]);
  });

  it('a NaN logit reaches the statistics', async () => {
    const gpu = runtime();
    const logits = Float32Array.of(1, NaN, 2);
    const example: Case = { rows: 1, vocabulary: 3, columns: 2, size: 1 };
    const result = runForward(gpu, example, chunksOf(example, logits), Uint32Array.of(2));
    expect((await runAndRead(gpu, [], result.statistics.buffer, 3))[0]).toBeNaN();
  });

  it('the reference is the derivative of the summed log-probabilities', () => {
    const { logits, targets, sequenceOf, rowStart, dlogp } = dataOf({ rows: 6, vocabulary: 5, columns: 5, size: 2 });
    const loss = (at: Float64Array) => {
      const sums = sequenceSumsReference(headReference(at, targets, 5).statistics, rowStart);
      return 0.25 * dot([sums[0]!, sums[3]!, sums[6]!], dlogp);
    };
    const expected = headGradientReference(logits, targets, 5, 0.25, { sequenceOf, dlogp });
    expectClose(expected, finiteDifferences(loss, logits), 1e-7);
  });
});
