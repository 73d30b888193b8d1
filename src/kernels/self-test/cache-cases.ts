/** Self-test cases of decoding: filling the KV cache, copying slots, and attention over one split and over several. */
import type { BufferPart, Dispatch } from '../../gpu/kernel';
import { decodeAttention, decodeAttentionScratchBytes } from '../decode-attention/decode-attention';
import { decodeAttentionReference } from '../decode-attention/reference';
import { appendToCache, copySlots, slotCopyList } from '../kv-cache/kv-cache';
import { cacheBytes, keyElement, noSlot, valueElement, type CacheShape } from '../kv-cache/layout';
import { normReference, rotateReference, splitRow } from '../kv-cache/reference';
import { rotateAndAppend } from '../kv-cache/rotate-append';
import type { Bench, Expectation } from './bench';
import { halfBits } from './half';
import type { SelfTestOptions } from './options';

/** fp32 sums over up to 258 positions. */
const tolerance = 1e-5;

const asOf = ({ type }: CacheShape) => (type === 'f32' ? ('f32' as const) : ('f16' as const));
/** Half of the last place of a half. */
const storedTolerance = ({ type }: CacheShape) => (type === 'f32' ? 1e-6 : 2 ** -11);

interface Stored {
  /** [d] of one key and one value head at one position of a slot. */
  slot: number;
  head: number;
  position: number;
  key: ArrayLike<number>;
  value: ArrayLike<number>;
}

/** What the two buffers of a layer hold at the places of `stored`. */
function cacheExpectations(shape: CacheShape, keys: BufferPart, values: BufferPart, stored: Stored[]): Expectation[] {
  const of = (output: BufferPart, which: 'key' | 'value', element: typeof keyElement): Expectation => ({
    output,
    values: stored.flatMap((entry) => Array.from(entry[which])),
    places: stored.flatMap(({ slot, head, position, key }) =>
      Array.from(key, (_, i) => element(shape, slot, head, position, i)),
    ),
    tolerance: storedTolerance(shape),
    as: asOf(shape),
  });
  return [of(keys, 'key', keyElement), of(values, 'value', valueElement)];
}

const emptyOutputs = (bench: Bench, shape: CacheShape) => ({
  keys: bench.output(cacheBytes(shape) / 4),
  values: bench.output(cacheBytes(shape) / 4),
});

export function cacheCases(bench: Bench, options: SelfTestOptions): void {
  if (!options.generation) return;
  const heads = 2;
  const kvHeads = options.family === 'llama' ? 1 : 2;
  const shape: CacheShape = { type: options.weightType, slots: 3, kvHeads, headDim: options.headDim, capacity: 5 };
  appendCase(bench, shape, heads);
  rotateCase(bench, shape, heads, options);
  copyCase(bench, shape);
}

function appendCase(bench: Bench, shape: CacheShape, heads: number): void {
  const { kvHeads, headDim } = shape;
  const [slots, positions] = [
    [1, 1, noSlot, 0],
    [0, 1, 2, 4],
  ] as const;
  const qkv = bench.random(slots.length * (heads + 2 * kvHeads) * headDim);
  const cache = emptyOutputs(bench, shape);
  const inputs = { qkv: bench.floats(qkv), slots: bench.words(slots), positions: bench.words(positions) };
  const stored = slots.flatMap((slot, row) => {
    if (slot === noSlot) return [];
    const { k, v } = splitRow(qkv, row, heads, kvHeads, headDim);
    return k.map((key, head) => ({ slot, head, position: positions[row]!, key, value: v[head]! }));
  });
  bench.check(
    appendToCache({ shape, heads, rows: slots.length, ...inputs, cache }),
    ...cacheExpectations(shape, cache.keys, cache.values, stored),
  );
}

function rotateCase(bench: Bench, shape: CacheShape, heads: number, { family, qkNorm }: SelfTestOptions): void {
  const { kvHeads, headDim } = shape;
  const rope = family === 'llama';
  const lengths = [3, 0, 5];
  const qkv = bench.random(lengths.length * (heads + 2 * kvHeads) * headDim);
  const [cos, sin] = [bench.random(5 * headDim), bench.random(5 * headDim)];
  const weights = bench.random(2 * headDim);
  const cache = emptyOutputs(bench, shape);
  const q = bench.output(lengths.length * heads * headDim);
  const turned = (x: number[], position: number, key: number) => {
    const normed = qkNorm ? normReference(x, weights.subarray(key * headDim), 1e-5) : x;
    const at = position * headDim;
    return rope ? rotateReference(normed, cos.subarray(at), sin.subarray(at)) : normed;
  };
  const rows = lengths.flatMap((length, row) => (length === 0 ? [] : [{ row, position: length - 1 }]));
  const split = rows.map(({ row, position }) => ({ row, position, ...splitRow(qkv, row, heads, kvHeads, headDim) }));
  const stored = split.flatMap(({ row, position, k, v }) =>
    k.map((x, head) => ({ slot: row, head, position, key: turned(x, position, 1), value: v[head]! })),
  );
  const queries = split.flatMap(({ position, q: own }) => own.flatMap((x) => turned(x, position, 0)));
  const width = heads * headDim;
  const places = rows.flatMap(({ row }) => Array.from({ length: width }, (_, i) => row * width + i));
  bench.check(
    rotateAndAppend({
      shape,
      heads,
      rows: lengths.length,
      qkv: bench.floats(qkv),
      lengths: bench.words(lengths),
      rope: rope ? { cos: bench.floats(cos), sin: bench.floats(sin) } : null,
      norm: qkNorm ? { weights: bench.floats(weights), epsilon: 1e-5 } : null,
      q,
      cache,
    }),
    { output: q, values: queries, places, tolerance },
    ...cacheExpectations(shape, cache.keys, cache.values, stored),
  );
}

function copyCase(bench: Bench, shape: CacheShape): void {
  const { kvHeads, headDim } = shape;
  const length = 3;
  const stored: Stored[] = Array.from({ length: length * kvHeads }, (_, i) => ({
    slot: 2,
    head: i % kvHeads,
    position: Math.floor(i / kvHeads),
    key: bench.random(headDim),
    value: bench.random(headDim),
  }));
  const filled = (which: 'key' | 'value') => bench.outputWords(cacheWords(shape, stored, which));
  const [keys, values] = [filled('key'), filled('value')];
  const copies = [{ from: 2, to: 0, length }];
  const copied = stored.map((entry) => ({ ...entry, slot: 0 }));
  bench.check(
    copySlots({ shape, cache: { keys, values }, copies, list: bench.words(slotCopyList(copies)) }),
    ...cacheExpectations(shape, keys, values, [...stored, ...copied]),
  );
}

/** The words of one buffer of a layer that holds `stored`, zero elsewhere. */
function cacheWords(shape: CacheShape, stored: readonly Stored[], which: 'key' | 'value'): Uint32Array {
  const halves = shape.type !== 'f32';
  const elements = halves ? new Uint16Array(cacheBytes(shape) / 2) : new Float32Array(cacheBytes(shape) / 4);
  const place = which === 'key' ? keyElement : valueElement;
  for (const entry of stored) {
    const { slot, head, position } = entry;
    Array.from(entry[which]).forEach((value, i) => {
      elements[place(shape, slot, head, position, i)] = halves ? halfBits(value) : value;
    });
  }
  return new Uint32Array(elements.buffer);
}

export function decodeCases(bench: Bench, { generation, weightType, headDim, family }: SelfTestOptions): void {
  if (!generation) return;
  for (const lengths of [[3, 0], [258]]) decodeCase(bench, weightType, headDim, family === 'llama' ? 1 : 2, lengths);
}

/** One dispatch for up to 256 positions, else two; the second gets the parts of the first. */
function decodeCase(
  bench: Bench,
  type: CacheShape['type'],
  headDim: number,
  kvHeads: number,
  lengths: readonly number[],
): void {
  const [heads, rows] = [2, lengths.length];
  const maxLength = Math.max(...lengths);
  const shape: CacheShape = { type, slots: rows, kvHeads, headDim, capacity: maxLength };
  const stored = lengths.flatMap((length, slot) =>
    Array.from({ length: length * kvHeads }, (_, i): Stored => ({
      slot,
      head: i % kvHeads,
      position: Math.floor(i / kvHeads),
      key: bench.random(headDim),
      value: bench.random(headDim),
    })),
  );
  const of = (slot: number, which: 'key' | 'value') =>
    Array.from({ length: kvHeads }, (_, head) =>
      stored.filter((entry) => entry.slot === slot && entry.head === head).map((entry) => Array.from(entry[which])),
    );
  const q = bench.random(rows * heads * headDim);
  const values = lengths.flatMap((length, row) => {
    const { q: queries } = splitRow(q, row, heads, 0, headDim);
    return decodeAttentionReference(queries, of(row, 'key'), of(row, 'value'), length).flat();
  });
  const scratch = decodeAttentionScratchBytes(shape, heads, rows, maxLength);
  const cache = {
    keys: bench.words(cacheWords(shape, stored, 'key')),
    values: bench.words(cacheWords(shape, stored, 'value')),
  };
  const output = bench.output(q.length);
  const parts = scratch === 0 ? null : bench.scratch(scratch / 4);
  const work = { shape, heads, rows, q: bench.floats(q), lengths: bench.words(lengths), maxLength, cache };
  const dispatches: Dispatch[] = decodeAttention({ ...work, parts, output });
  const last = dispatches.at(-1)!;
  for (const dispatch of dispatches.slice(0, -1)) bench.check(dispatch);
  bench.check(last, { output, values, tolerance });
}
