/** Slow, exact references of the weight gradients, in float64. */

/** result[m, k] = before[m, k] + sum_t p[t, m] q[t, k] for p [tokens, rows], q [tokens, columns]. */
export function weightGradientReference(
  p: ArrayLike<number>,
  q: ArrayLike<number>,
  before: ArrayLike<number>,
  { tokens, rows, columns }: { tokens: number; rows: number; columns: number },
): Float64Array {
  const result = Float64Array.from({ length: rows * columns }, (_, i) => before[i]!);
  for (let t = 0; t < tokens; t++)
    for (let m = 0; m < rows; m++)
      for (let k = 0; k < columns; k++) result[m * columns + k]! += p[t * rows + m]! * q[t * columns + k]!;
  return result;
}

/** result[n] = before[n] + sum_t dy[t, n] for dy [tokens, width]. */
export function biasGradientReference(
  dy: ArrayLike<number>,
  before: ArrayLike<number>,
  tokens: number,
  width: number,
): Float64Array {
  const result = Float64Array.from({ length: width }, (_, i) => before[i]!);
  for (let t = 0; t < tokens; t++) for (let n = 0; n < width; n++) result[n]! += dy[t * width + n]!;
  return result;
}
