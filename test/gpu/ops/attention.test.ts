/** RoPE, attention over sequences and over a KV cache: values and gradients against float64. */
import { expect, it } from 'vitest';
import {
  appendToCache,
  attention,
  cacheMask,
  cachePosition,
  causalMask,
  padCache,
  splitHeads,
} from '../../../src/ops/attention';
import { applyRope, rotateHalfMatrix } from '../../../src/ops/rope';
import { dispose, fromHost, tidy, toHost, type Tensor } from '../../../src/ops/tensor';
import { randomTensor, useEngine } from '../../support/engine';
import { describeWith } from '../../support/needs';
import { checkOp } from './op-checks';
import { attend, flat, rope, rowsOf, type Matrix } from './reference';

const [batch, heads, kvHeads, d] = [2, 6, 2, 7];

/** Values [batch, heads, positions, width] as matrices by (row, head). */
function byHead(values: Float64Array, headCount: number, width: number): (row: number, head: number) => Matrix {
  const rows = rowsOf(values, width);
  const positions = rows.length / (batch * headCount);
  return (row, head) => {
    const start = (row * headCount + head) * positions;
    return rows.slice(start, start + positions);
  };
}

/** Attention of every query over the keys before `visible(row, query)`; result as [batch, queries, heads * d]. */
function attentionReference(
  [q, k, v]: Float64Array[],
  queries: number,
  visible: (row: number, query: number) => number,
): Float64Array {
  const [q4, k4, v4] = [byHead(q!, heads, d), byHead(k!, kvHeads, d), byHead(v!, kvHeads, d)];
  const rows: Matrix = [];
  for (let row = 0; row < batch; row++) {
    for (let query = 0; query < queries; query++) {
      for (let head = 0; head < heads; head++) {
        const shared = Math.floor(head / (heads / kvHeads));
        const seen = visible(row, query);
        rows.push(attend(q4(row, head)[query]!, k4(row, shared).slice(0, seen), v4(row, shared).slice(0, seen)));
      }
    }
  }
  return flat(rows);
}

describeWith(['lavapipe'], 'attention ops', () => {
  useEngine();

  it('attention is causal, groups query heads by key head, and has right gradients of q, k and v', async () => {
    const length = 11;
    const mask = causalMask(length);
    await checkOp({
      inputs: [
        randomTensor([batch, heads, length, d], 1.5, 'q'),
        randomTensor([batch, kvHeads, length, d], 1.5, 'k'),
        randomTensor([batch, kvHeads, length, d], 1, 'v'),
      ],
      op: ([q, k, v]) => attention(q!, k!, v!, mask),
      reference: (inputs) => attentionReference(inputs, length, (_row, query) => query + 1),
      differentiable: [0, 1, 2],
    });
    mask.dispose();
  });

  it('what stands after a query does not reach it, however large', async () => {
    const length = 5;
    const mask = causalMask(length);
    const [q, k, v] = [
      randomTensor([batch, heads, length, d], 1, 'q'),
      randomTensor([batch, kvHeads, length, d], 1, 'k'),
      randomTensor([batch, kvHeads, length, d], 1, 'v'),
    ];
    const firstQuery = async () => {
      const result = tidy(() =>
        attention(fromHost(q.data, q.shape), fromHost(k.data, k.shape), fromHost(v.data, v.shape), mask),
      );
      const values = await toHost(result);
      result.dispose();
      return [...values.subarray(0, heads * d)];
    };
    const before = await firstQuery();
    for (let i = d; i < length * d; i++) [k.data[i], v.data[i]] = [1e4, -1e4];
    expect(await firstQuery()).toEqual(before);
    mask.dispose();
  });

  it('over a cache every row sees the positions up to its own', async () => {
    const capacity = 13;
    const positions = Int32Array.of(3, 11);
    const mask = cacheMask(positions, capacity);
    await checkOp({
      inputs: [
        randomTensor([batch, heads, 1, d], 1, 'q'),
        randomTensor([batch, kvHeads, capacity, d], 1, 'k'),
        randomTensor([batch, kvHeads, capacity, d], 1, 'v'),
      ],
      op: ([q, k, v]) => attention(q!, k!, v!, mask),
      reference: (inputs) => attentionReference(inputs, 1, (row) => positions[row]! + 1),
    });
    mask.dispose();
  });

  it('a cache takes a new entry at each row’s own position and keeps all others bit for bit', async () => {
    const capacity = 9;
    const positions = Int32Array.of(5, 8);
    const [old, entry] = [
      randomTensor([batch, kvHeads, 5, d], 1, 'old'),
      randomTensor([batch, kvHeads, 1, d], 1, 'entry'),
    ];
    const padded: Tensor = tidy(() => padCache(fromHost(old.data, old.shape), capacity));
    const at = cachePosition(positions, capacity);
    const after = tidy(() => appendToCache(padded, fromHost(entry.data, entry.shape), at));
    const wanted: number[] = [];
    for (let row = 0; row < batch * kvHeads; row++) {
      const rows = [...rowsOf(old.data, d).slice(row * 5, row * 5 + 5)];
      while (rows.length < capacity) rows.push(new Float64Array(d));
      rows[positions[Math.floor(row / kvHeads)]!] = rowsOf(entry.data, d)[row]!;
      wanted.push(...flat(rows));
    }
    expect([...(await toHost(after))]).toEqual(wanted);
    dispose([padded, at, after]);
  });

  it('splitHeads puts the heads before the positions', async () => {
    const split = ([x]: Float64Array[]) => {
      const rows = rowsOf(x!, heads * d);
      const parts: Matrix = [];
      for (let row = 0; row < batch; row++)
        for (let head = 0; head < heads; head++)
          for (let position = 0; position < 5; position++)
            parts.push(rows[row * 5 + position]!.slice(head * d, (head + 1) * d));
      return flat(parts);
    };
    await checkOp({
      inputs: [randomTensor([batch, 5, heads * d], 1, 'x')],
      op: ([x]) => splitHeads(x!, heads),
      reference: split,
      differentiable: [0],
    });
  });

  it('applyRope turns pairs (i, i + d/2) by the position’s angle, and back in the gradient', async () => {
    const [length, headDim] = [7, 10];
    const angle = (row: number, i: number) => (row % length) * 100 ** (-(2 * (i % 5)) / headDim);
    const table = (f: (x: number) => number) =>
      Float64Array.from({ length: length * headDim }, (_, i) =>
        Math.fround(f(angle(Math.floor(i / headDim), i % headDim))),
      );
    const [cos, sin] = [table(Math.cos), table(Math.sin)];
    const rotateHalf = rotateHalfMatrix(headDim);
    const tables = [cos, sin].map((values) => fromHost(Float32Array.from(values), [length, headDim]));
    await checkOp({
      inputs: [randomTensor([batch, 3, length, headDim], 1, 'x')],
      op: ([x]) => applyRope(x!, tables[0]!, tables[1]!, rotateHalf),
      reference: ([x]) =>
        flat(
          rowsOf(x!, headDim).map((row, r) =>
            rope(row, rowsOf(cos, headDim)[r % length]!, rowsOf(sin, headDim)[r % length]!),
          ),
        ),
      differentiable: [0],
    });
    dispose([rotateHalf, ...tables]);
  });
});
