/** A row of logits as log-probabilities, on the host. */

/** log softmax of row `row` of `logits` [rows, width], in float64. */
export function logSoftmaxRow(logits: Float32Array, row: number, width: number): Float64Array {
  const values = Float64Array.from(logits.subarray(row * width, (row + 1) * width));
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const logSum = Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0)) + largest;
  return values.map((value) => value - logSum);
}
