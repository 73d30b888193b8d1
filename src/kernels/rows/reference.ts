/** Picking and summing rows in float64: the reference of the kernels' tests and self-test. */

type Numbers = ArrayLike<number>;

/** y[r] = x[rowIndex[r]]. */
export function gatherRowsReference(x: Numbers, rowIndex: Numbers, width: number): Float64Array {
  return Float64Array.from(
    { length: rowIndex.length * width },
    (_, i) => x[rowIndex[Math.floor(i / width)]! * width + (i % width)]!,
  );
}

/** dx, where given `start` values, plus the sum of dy[r] at each rowIndex[r] but `skip`. */
export function scatterRowsReference(
  dy: Numbers,
  rowIndex: Numbers,
  width: number,
  start: Numbers,
  skip?: number,
): Float64Array {
  const dx = Float64Array.from(start);
  for (let r = 0; r < rowIndex.length; r++) {
    if (rowIndex[r] === skip) continue;
    for (let i = 0; i < width; i++) dx[rowIndex[r]! * width + i]! += dy[r * width + i]!;
  }
  return dx;
}
