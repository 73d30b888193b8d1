/**
 * Attention over spans against float64: the reference against full sequences and finite differences, the kernels against
 * the reference. Tolerance 1e-5 of the largest value: fp32 sums of up to 70 keys and 256 products, exp2 and log2 to 2e-6.
 */
import { describe, expect, it } from 'vitest';
import {
  attentionBackward,
  attentionForward,
  attentionTileSizes,
  cpuAttention,
  gpuAttention,
  type AttentionTuning,
} from '../../../src/kernels/attention/attention';
import {
  attendedKeys,
  attentionBackwardReference,
  attentionReference,
  type AttentionShape,
} from '../../../src/kernels/attention/reference';
import {
  attendedPairs,
  attentionSpans,
  attentionTileBytes,
  attentionTiles,
} from '../../../src/kernels/attention/spans';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';

const groups = [
  { prefix: 0, branches: [1] },
  { prefix: 19, branches: [37, 1, 5] },
  { prefix: 0, branches: [13] },
  { prefix: 3, branches: [2, 2] },
];
const spans = attentionSpans(groups);
const tokens = spans.length / 4;

/** Uniform in [-2, 2], each an fp32 number. */
function randoms(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 30 - 2;
  });
}

function expectClose(actual: Float32Array, expected: Float64Array, tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const worst = expected.reduce((most, x, i) => Math.max(most, Math.abs(x - actual[i]!) || 0), 0);
  expect(actual.every(Number.isFinite)).toBe(true);
  expect(worst / largest).toBeLessThan(tolerance);
}

/** The code of gpuAttention with fewer loads: lavapipe compiles each load for about 15 ms. */
const smallBlock = { lanesX: 8, lanesY: 2, rows: 4, columns: 1, vector: 4 };
const smallBlocks: AttentionTuning = { style: 'blocks', forward: smallBlock, queries: smallBlock, keys: smallBlock };

const qkvLength = ({ heads, kvHeads, headDim }: AttentionShape) => tokens * (heads + 2 * kvHeads) * headDim;

describe('the attention reference', () => {
  const shape = { heads: 4, kvHeads: 2, headDim: 3 };
  const qkv = Float64Array.from(randoms(qkvLength(shape), 3));

  it('equals plain causal attention over each branch with its prefix in front', () => {
    const { o, lse } = attentionReference(qkv, spans, shape);
    const width = 8 * 3;
    let start = 0;
    for (const { prefix, branches } of groups) {
      let branchStart = start + prefix;
      for (const length of branches) {
        const sequence = [...range(start, prefix), ...range(branchStart, length)];
        const rows = Float64Array.from(
          sequence.flatMap((token) => [...qkv.subarray(token * width, (token + 1) * width)]),
        );
        const alone = attentionReference(rows, attentionSpans([{ prefix: 0, branches: [sequence.length] }]), shape);
        sequence.forEach((token, i) => {
          expect([...o.subarray(token * 12, token * 12 + 12)]).toEqual([...alone.o.subarray(i * 12, i * 12 + 12)]);
          expect([...lse.subarray(token * 4, token * 4 + 4)]).toEqual([...alone.lse.subarray(i * 4, i * 4 + 4)]);
        });
        branchStart += length;
      }
      start = branchStart;
    }
    expect(start).toBe(tokens);
  });

  it('has the gradient of finite differences', () => {
    const small = attentionSpans([{ prefix: 3, branches: [2, 3] }]);
    const x = qkv.slice(0, 8 * 24);
    const upstream = Float64Array.from(randoms(8 * 12, 4));
    const loss = (at: Float64Array) =>
      attentionReference(at, small, shape).o.reduce((sum, value, i) => sum + value * upstream[i]!, 0);
    const gradient = attentionBackwardReference(x, small, shape, upstream);
    gradient.forEach((value, i) => {
      const shifted = (by: number) => loss(x.map((old, k) => (k === i ? old + by : old)));
      expect(value).toBeCloseTo((shifted(1e-5) - shifted(-1e-5)) / 2e-5, 7);
    });
  });
});

const range = (start: number, length: number) => Array.from({ length }, (_, i) => start + i);

describe('attention tiles', () => {
  it('cover every row once, never two segments, within the promised bytes', () => {
    const sizes = { queryTile: 8, keyTile: 4 };
    const tiles = attentionTiles(spans, 3, sizes);
    const covered = (from: number, to: number) =>
      range(from, to - from).flatMap((i) => range(tiles.data[2 * i]!, tiles.data[2 * i + 1]! - tiles.data[2 * i]!));
    const all = tiles.queryTiles + tiles.keyTiles;
    expect(covered(0, tiles.queryTiles).sort((a, b) => a - b)).toEqual(range(0, 3 * tokens));
    expect(covered(tiles.queryTiles, all).sort((a, b) => a - b)).toEqual(range(0, tokens));
    for (let i = 0; i < all; i++) {
      const ratio = i < tiles.queryTiles ? 3 : 1;
      const ownStart = (row: number) => spans[4 * Math.floor(row / ratio) + 2];
      expect(ownStart(tiles.data[2 * i]!)).toBe(ownStart(tiles.data[2 * i + 1]! - 1));
    }
    expect(tiles.data.byteLength).toBe(8 * all);
    expect(attentionTileBytes(tokens, 9, 3, sizes)).toBeGreaterThanOrEqual(tiles.data.byteLength);
    expect(attendedPairs(spans)).toBe(
      range(0, tokens).reduce((sum, token) => sum + attendedKeys(spans, token).length, 0),
    );
  });
});

describe('attention kernels', () => {
  const runtime = useRuntime();

  const check = async (shape: AttentionShape, tuning: AttentionTuning) => {
    const gpu = runtime();
    const { heads, headDim } = shape;
    const qkv = randoms(qkvLength(shape), 1);
    const dO = randoms(tokens * heads * headDim, 2);
    const tiles = attentionTiles(spans, heads / shape.kvHeads, attentionTileSizes(tuning));
    const buffers = {
      qkv: { buffer: bufferOf(gpu, qkv) },
      spans: { buffer: bufferOf(gpu, spans) },
      tiles: { buffer: bufferOf(gpu, tiles.data) },
      o: { buffer: poisoned(gpu, dO.length) },
      lse: { buffer: poisoned(gpu, tokens * heads) },
      gradient: { buffer: bufferOf(gpu, dO) },
      delta: { buffer: poisoned(gpu, tokens * heads) },
      dqkv: { buffer: poisoned(gpu, qkv.length) },
    };
    const plan = { shape, tuning, tiles };
    const expected = attentionReference(Float64Array.from(qkv), spans, shape);
    expectClose(await runAndRead(gpu, [attentionForward(buffers, plan)], buffers.o.buffer, dO.length), expected.o);
    expectClose(await runAndRead(gpu, [], buffers.lse.buffer, tokens * heads), expected.lse);
    expectClose(
      await runAndRead(gpu, attentionBackward(buffers, plan), buffers.dqkv.buffer, qkv.length),
      attentionBackwardReference(Float64Array.from(qkv), spans, shape, Float64Array.from(dO)),
    );
  };

  it.each([
    { heads: 2, kvHeads: 2, headDim: 6 },
    { heads: 3, kvHeads: 1, headDim: 7 },
    { heads: 4, kvHeads: 1, headDim: 12 },
    { heads: 6, kvHeads: 2, headDim: 24 },
    { heads: 4, kvHeads: 2, headDim: 64 },
  ])('agree with the reference: $heads/$kvHeads heads of $headDim', async (shape) => {
    await check(shape, cpuAttention);
    if (shape.headDim === 7) await check(shape, gpuAttention);
    if (shape.headDim === 64) await check(shape, smallBlocks);
  });

  it('counts the attended pairs', () => {
    const gpu = runtime();
    const part = { buffer: poisoned(gpu, 4) };
    const tiles = attentionTiles(spans, 2, attentionTileSizes(gpuAttention));
    const plan = { shape: { heads: 4, kvHeads: 2, headDim: 8 }, tuning: gpuAttention, tiles };
    const buffers = {
      qkv: part,
      spans: part,
      tiles: part,
      o: part,
      lse: part,
      gradient: part,
      delta: part,
      dqkv: part,
    };
    const unit = 2 * attendedPairs(spans) * 4 * 8;
    expect(attentionForward(buffers, plan).flops).toBe(2 * unit);
    expect(attentionBackward(buffers, plan).map(({ flops }) => flops)).toEqual([3 * unit, 4 * unit]);
  });
});
