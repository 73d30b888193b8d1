/**
 * Decode attention against float64: grouped queries, odd sizes, idle slots, one split and several. Keys and values are
 * multiples of 2^-10, exact as halves. fp32 sums over up to 600 positions: tolerance 1e-5 of the largest output.
 */
import { describe, expect, it } from 'vitest';
import type { WeightType } from '../../../src/gpu/kernel';
import type { Runtime } from '../../../src/gpu/runtime';
import { decodeAttention, decodeAttentionScratchBytes } from '../../../src/kernels/decode-attention/decode-attention';
import { decodeAttentionReference } from '../../../src/kernels/decode-attention/reference';
import { appendToCache } from '../../../src/kernels/kv-cache/kv-cache';
import { cacheBytes, type CacheShape } from '../../../src/kernels/kv-cache/layout';
import { splitRow } from '../../../src/kernels/kv-cache/reference';
import { expectClose, randomFloats } from '../../support/kernel-data';
import { bufferOf, poisoned, useRuntime } from '../../support/kernels';

interface Case {
  heads: number;
  kvHeads: number;
  headDim: number;
  lengths: number[];
  capacity: number;
  dispatches: number;
}

/** A cache with random keys and values for the lengths of `test`, poison after them, and the same as arrays. */
function filledCache(gpu: Runtime, type: WeightType, { kvHeads, headDim, lengths, capacity }: Case) {
  const shape: CacheShape = { type, slots: lengths.length, kvHeads, headDim, capacity };
  const places = lengths.flatMap((length, slot) => Array.from({ length }, (_, position) => ({ slot, position })));
  const rows = places.length;
  const kv = randomFloats(rows * 2 * kvHeads * headDim, 1).map((value) => Math.round(value * 1024) / 1024);
  const cache = {
    keys: { buffer: poisoned(gpu, cacheBytes(shape) / 4) },
    values: { buffer: poisoned(gpu, cacheBytes(shape) / 4) },
  };
  const list = (values: number[]) => ({ buffer: bufferOf(gpu, Uint32Array.from(values)) });
  const [slots, positions] = [list(places.map(({ slot }) => slot)), list(places.map(({ position }) => position))];
  gpu.run(appendToCache({ shape, heads: 0, rows, qkv: { buffer: bufferOf(gpu, kv) }, slots, positions, cache }));
  const tokens = places.map((_, row) => splitRow(kv, row, 0, kvHeads, headDim));
  const slotTokens = lengths.map((_, slot) => tokens.filter((_token, row) => places[row]!.slot === slot));
  const heads = Array.from({ length: kvHeads }, (_, head) => head);
  return {
    shape,
    cache,
    keys: slotTokens.map((all) => heads.map((head) => all.map(({ k }) => k[head]!))),
    values: slotTokens.map((all) => heads.map((head) => all.map(({ v }) => v[head]!))),
  };
}

describe.each(['packed', 'native', 'f32'] satisfies WeightType[])('decode attention, %s', (type) => {
  const runtime = useRuntime();

  it.each<Case>([
    { heads: 4, kvHeads: 2, headDim: 64, lengths: [1, 0, 33, 40], capacity: 41, dispatches: 1 },
    { heads: 3, kvHeads: 1, headDim: 5, lengths: [7, 3], capacity: 9, dispatches: 1 },
    { heads: 9, kvHeads: 1, headDim: 80, lengths: [0, 130], capacity: 130, dispatches: 1 },
    { heads: 5, kvHeads: 1, headDim: 130, lengths: [37], capacity: 40, dispatches: 1 },
    { heads: 8, kvHeads: 1, headDim: 16, lengths: [600, 64, 0, 65], capacity: 601, dispatches: 2 },
    { heads: 2, kvHeads: 2, headDim: 6, lengths: [257], capacity: 300, dispatches: 2 },
  ])('attends $heads/$kvHeads heads of $headDim over $lengths positions', async (test) => {
    const gpu = runtime();
    const { heads, headDim, lengths } = test;
    const { shape, cache, keys, values } = filledCache(gpu, type, test);
    const rows = lengths.length;
    const q = randomFloats(rows * heads * headDim, 2).map((value) => 3 * value);
    const scratch = decodeAttentionScratchBytes(shape, heads, rows, Math.max(...lengths));
    const output = poisoned(gpu, q.length);
    const dispatches = decodeAttention({
      shape,
      heads,
      rows,
      cache,
      q: { buffer: bufferOf(gpu, q) },
      lengths: { buffer: bufferOf(gpu, Uint32Array.from(lengths)) },
      maxLength: Math.max(...lengths),
      parts: scratch === 0 ? null : { buffer: poisoned(gpu, scratch / 4) },
      output: { buffer: output },
    });
    for (const dispatch of dispatches) gpu.run<Record<string, 'u32' | 'f32'>>(dispatch);
    const actual = new Float32Array(await gpu.read(output, 0, q.length * 4));
    const expected = lengths.flatMap((length, row) => {
      const { q: queries } = splitRow(q, row, heads, 0, headDim);
      return decodeAttentionReference(queries, keys[row]!, values[row]!, length).flat();
    });
    expectClose(actual, expected, 1e-5);
    expect(dispatches).toHaveLength(test.dispatches);
  });

  it('does not overflow where scores are large', async () => {
    const gpu = runtime();
    const test: Case = { heads: 1, kvHeads: 1, headDim: 4, lengths: [300], capacity: 300, dispatches: 2 };
    const { shape, cache, keys, values } = filledCache(gpu, type, test);
    const q = Float32Array.of(400, -700, 500, 300);
    const output = poisoned(gpu, 4);
    const parts = { buffer: poisoned(gpu, decodeAttentionScratchBytes(shape, 1, 1, 300) / 4) };
    const lengths = { buffer: bufferOf(gpu, Uint32Array.of(300)) };
    const work = { shape, heads: 1, rows: 1, cache, lengths, maxLength: 300, parts, output: { buffer: output } };
    for (const dispatch of decodeAttention({ ...work, q: { buffer: bufferOf(gpu, q) } }))
      gpu.run<Record<string, 'u32' | 'f32'>>(dispatch);
    const actual = new Float32Array(await gpu.read(output, 0, 16));
    // Scores up to 1e3 with an fp32 spacing of 6e-5 make the weights that inexact.
    expectClose(actual, decodeAttentionReference([[...q]], keys[0]!, values[0]!, 300).flat(), 3e-4);
  });
});
