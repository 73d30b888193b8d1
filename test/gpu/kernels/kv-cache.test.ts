/**
 * What the KV cache kernels write, element by element, in each storage. Test data are multiples of 2^-10, which a half
 * holds exactly; what rotation and norms make of them is compared at half precision.
 */
import { describe, expect, it } from 'vitest';
import { toFloat32 } from '../../../src/exchange/tensor-dtypes';
import type { WeightType } from '../../../src/gpu/kernel';
import type { Runtime } from '../../../src/gpu/runtime';
import { appendToCache, copySlots, slotCopyList, type LayerCache } from '../../../src/kernels/kv-cache/kv-cache';
import { cacheBytes, keyElement, noSlot, valueElement, type CacheShape } from '../../../src/kernels/kv-cache/layout';
import {
  emptyCache,
  normReference,
  rotateReference,
  splitRow,
  type ReferenceCache,
} from '../../../src/kernels/kv-cache/reference';
import { rotateAndAppend } from '../../../src/kernels/kv-cache/rotate-append';
import { expectClose, randomFloats } from '../../support/kernel-data';
import { bufferOf, poisoned, runAndRead, useRuntime } from '../../support/kernels';

const types: WeightType[] = ['packed', 'native', 'f32'];

const exactFloats = (length: number, seed: number) =>
  randomFloats(length, seed).map((value) => Math.round(value * 1024) / 1024);

function zeroCache(gpu: Runtime, shape: CacheShape): LayerCache {
  const make = () => ({ buffer: gpu.createBuffer('kv cache', 'test', cacheBytes(shape)) });
  return { keys: make(), values: make() };
}

/** Keys and values of the whole cache, flat in the order of the reference. */
async function readCache(gpu: Runtime, shape: CacheShape, cache: LayerCache) {
  const elements = async ({ buffer }: LayerCache['keys']) => {
    const bytes = await gpu.read(buffer, 0, cacheBytes(shape));
    return toFloat32(bytes, shape.type === 'f32' ? 'F32' : 'F16');
  };
  const [keys, values] = [await elements(cache.keys), await elements(cache.values)];
  const gather = (at: (slot: number, head: number, position: number, i: number) => number) => {
    const indices: number[] = [];
    for (let slot = 0; slot < shape.slots; slot++)
      for (let head = 0; head < shape.kvHeads; head++)
        for (let position = 0; position < shape.capacity; position++)
          for (let i = 0; i < shape.headDim; i++) indices.push(at(slot, head, position, i));
    return indices;
  };
  return {
    keys: gather((...at) => keyElement(shape, ...at)).map((i) => keys[i]!),
    values: gather((...at) => valueElement(shape, ...at)).map((i) => values[i]!),
  };
}

const flat = (cache: ReferenceCache) => ({ keys: cache.keys.flat(3), values: cache.values.flat(3) });

describe.each(types)('KV cache, %s', (type) => {
  const runtime = useRuntime();

  it.each([
    { kvHeads: 2, heads: 4, headDim: 8 },
    { kvHeads: 3, heads: 3, headDim: 5 },
    { kvHeads: 1, heads: 2, headDim: 66 },
  ])('appends rows of a flat batch to their slots: $kvHeads heads of $headDim', async ({ kvHeads, heads, headDim }) => {
    const gpu = runtime();
    const shape: CacheShape = { type, slots: 4, kvHeads, headDim, capacity: 7 };
    const slots = [2, 2, 2, noSlot, 0, 0, 3, 1];
    const positions = [0, 1, 2, 3, 0, 1, 6, 7];
    const qkv = exactFloats(slots.length * (heads + 2 * kvHeads) * headDim, 1);
    const cache = zeroCache(gpu, shape);
    gpu.run(
      appendToCache({
        shape,
        heads,
        rows: slots.length,
        cache,
        qkv: { buffer: bufferOf(gpu, qkv) },
        slots: { buffer: bufferOf(gpu, Uint32Array.from(slots)) },
        positions: { buffer: bufferOf(gpu, Uint32Array.from(positions)) },
      }),
    );
    const expected = emptyCache(4, kvHeads, 7, headDim);
    slots.forEach((slot, row) => {
      if (slot === noSlot || positions[row]! >= 7) return;
      const { k, v } = splitRow(qkv, row, heads, kvHeads, headDim);
      k.forEach((key, head) => (expected.keys[slot]![head]![positions[row]!] = key));
      v.forEach((value, head) => (expected.values[slot]![head]![positions[row]!] = value));
    });
    expect(await readCache(gpu, shape, cache)).toEqual(flat(expected));
  });

  it('copies the first positions of slots to others, all copies in one dispatch', async () => {
    const gpu = runtime();
    const [kvHeads, headDim, capacity] = [2, 6, 70];
    const shape: CacheShape = { type, slots: 6, kvHeads, headDim, capacity };
    const rows = 2 * capacity;
    const qkv = exactFloats(rows * 3 * kvHeads * headDim, 3);
    const cache = zeroCache(gpu, shape);
    const slots = Uint32Array.from({ length: rows }, (_, row) => (row < capacity ? 4 : 1));
    const positions = Uint32Array.from({ length: rows }, (_, row) => row % capacity);
    gpu.run(
      appendToCache({
        shape,
        heads: kvHeads,
        rows,
        cache,
        qkv: { buffer: bufferOf(gpu, qkv) },
        slots: { buffer: bufferOf(gpu, slots) },
        positions: { buffer: bufferOf(gpu, positions) },
      }),
    );
    const before = await readCache(gpu, shape, cache);
    const copies = [
      { from: 4, to: 0, length: 65 },
      { from: 4, to: 5, length: 65 },
      { from: 1, to: 3, length: 1 },
    ];
    gpu.run(copySlots({ shape, cache, copies, list: { buffer: bufferOf(gpu, slotCopyList(copies)) } }));
    const slotSize = kvHeads * capacity * headDim;
    const copied = (values: number[]) => {
      const result = [...values];
      for (const { from, to, length } of copies)
        for (let i = 0; i < slotSize; i++)
          if (Math.floor(i / headDim) % capacity < length) result[to * slotSize + i] = values[from * slotSize + i]!;
      return result;
    };
    const after = await readCache(gpu, shape, cache);
    expect(after).toEqual({ keys: copied(before.keys), values: copied(before.values) });
  });

  it.each([
    { rope: true, norm: false, heads: 4, kvHeads: 2, headDim: 10 },
    { rope: true, norm: true, heads: 3, kvHeads: 1, headDim: 64 },
    { rope: false, norm: false, heads: 2, kvHeads: 2, headDim: 7 },
  ])(
    'normalises, rotates and appends one row a slot: rope $rope, norm $norm, head $headDim',
    async ({ rope, norm, heads, kvHeads, headDim }) => {
      const gpu = runtime();
      const shape: CacheShape = { type, slots: 5, kvHeads, headDim, capacity: 9 };
      const lengths = [3, 0, 9, 1, 10];
      const rows = lengths.length;
      const qkv = exactFloats(rows * (heads + 2 * kvHeads) * headDim, 4);
      const [cos, sin, weights] = [5, 6, 7].map((seed) => randomFloats(10 * headDim, seed)) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const cache = zeroCache(gpu, shape);
      const q = poisoned(gpu, rows * heads * headDim);
      gpu.run(
        rotateAndAppend({
          shape,
          heads,
          rows,
          cache,
          qkv: { buffer: bufferOf(gpu, qkv) },
          lengths: { buffer: bufferOf(gpu, Uint32Array.from(lengths)) },
          rope: rope ? { cos: { buffer: bufferOf(gpu, cos) }, sin: { buffer: bufferOf(gpu, sin) } } : null,
          norm: norm ? { weights: { buffer: bufferOf(gpu, weights) }, epsilon: 1e-5 } : null,
          q: { buffer: q },
        }),
      );
      const turned = (x: number[], position: number, key: number) => {
        const normed = norm ? normReference(x, weights.subarray(key * headDim), 1e-5) : x;
        const row = position * headDim;
        return rope ? rotateReference(normed, cos.subarray(row), sin.subarray(row)) : normed;
      };
      const expected = emptyCache(5, kvHeads, 9, headDim);
      const expectedQ: number[] = [];
      lengths.forEach((length, row) => {
        if (length === 0 || length > 9) return;
        const parts = splitRow(qkv, row, heads, kvHeads, headDim);
        expectedQ.push(...parts.q.flatMap((x) => turned(x, length - 1, 0)));
        parts.k.forEach((x, head) => (expected.keys[row]![head]![length - 1] = turned(x, length - 1, 1)));
        parts.v.forEach((x, head) => (expected.values[row]![head]![length - 1] = x));
      });
      const width = heads * headDim;
      const actualQ = await runAndRead(gpu, [], q, rows * width);
      const active = lengths.flatMap((length, row) =>
        length === 0 || length > 9 ? [] : [...actualQ.subarray(row * width, (row + 1) * width)],
      );
      expectClose(active, expectedQ, 1e-6);
      const actual = await readCache(gpu, shape, cache);
      // Half of the last place of a half; without rotation and norm the values are exact.
      expectClose(actual.keys, flat(expected).keys, !rope && !norm ? 0 : type === 'f32' ? 1e-6 : 2 ** -11);
      expect(actual.values).toEqual(flat(expected).values);
    },
  );
});
