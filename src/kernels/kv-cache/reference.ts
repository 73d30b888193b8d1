/** The KV cache kernels in plain float64 JavaScript, on a cache of numbers without padding. For tests and the self-test. */

/** keys and values [slot][kvHead][position][d]. */
export interface ReferenceCache {
  keys: number[][][][];
  values: number[][][][];
}

/** Zeros. */
export function emptyCache(slots: number, kvHeads: number, capacity: number, headDim: number): ReferenceCache {
  const zeros = () =>
    Array.from({ length: slots }, () =>
      Array.from({ length: kvHeads }, () => Array.from({ length: capacity }, () => Array<number>(headDim).fill(0))),
    );
  return { keys: zeros(), values: zeros() };
}

/** Row `row` of qkv, split into heads of d: the queries, the keys and the values. */
export function splitRow(qkv: ArrayLike<number>, row: number, heads: number, kvHeads: number, headDim: number) {
  const at = (head: number) =>
    Array.from({ length: headDim }, (_, i) => qkv[(row * (heads + 2 * kvHeads) + head) * headDim + i]!);
  const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => at(from + i));
  return { q: range(0, heads), k: range(heads, kvHeads), v: range(heads + kvHeads, kvHeads) };
}

/** x cos + concat(-x[d/2:], x[:d/2]) sin for one head [d] and one row of the tables [d]. */
export function rotateReference(x: readonly number[], cos: ArrayLike<number>, sin: ArrayLike<number>): number[] {
  const half = x.length / 2;
  return x.map((value, i) => value * cos[i]! + (i < half ? -x[i + half]! : x[i - half]!) * sin[i]!);
}

/** x / sqrt(mean(x^2) + epsilon) * weight for one head [d]. */
export function normReference(x: readonly number[], weight: ArrayLike<number>, epsilon: number): number[] {
  const scale = 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + epsilon);
  return x.map((value, i) => value * scale * weight[i]!);
}
