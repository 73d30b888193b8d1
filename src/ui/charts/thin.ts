/** Thins long curves for drawing so that no spike is lost: of every pixel column the lowest and the highest value. Pure. */

/** The first index whose `xs` is not below `x`; xs.length when there is none. */
export function firstNotBelow(xs: Float64Array, x: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((xs[middle] ?? NaN) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Indices of the points to draw, rising: those between `from` and `to` and one on either side, at most 2 for each of `columns`
 * and 4 more, the first and the last with a value among them.
 * @param xs [n] rising
 * @param ys [n]; points without a value (NaN) are left out
 */
export function thin(xs: Float64Array, ys: Float64Array, from: number, to: number, columns: number): number[] {
  let first = Math.max(0, firstNotBelow(xs, from) - 1);
  let last = Math.min(xs.length - 1, firstNotBelow(xs, to));
  const has = (index: number) => !Number.isNaN(ys[index] ?? NaN);
  while (first < last && !has(first)) first += 1;
  while (last > first && !has(last)) last -= 1;
  if (first > last || !has(first)) return [];
  const kept = [first];
  const width = Math.max((to - from) / columns, Number.MIN_VALUE);
  for (let i = first + 1; i < last;) {
    const end = from + (Math.floor(((xs[i] ?? 0) - from) / width) + 1) * width;
    let lowest = -1;
    let highest = -1;
    let [low, high] = [Infinity, -Infinity];
    do {
      const y = ys[i] ?? NaN;
      if (y < low) [low, lowest] = [y, i];
      if (y > high) [high, highest] = [y, i];
      i += 1;
    } while (i < last && (xs[i] ?? 0) < end);
    if (lowest < 0) continue;
    kept.push(Math.min(lowest, highest));
    if (lowest !== highest) kept.push(Math.max(lowest, highest));
  }
  if (last > first) kept.push(last);
  return kept;
}
