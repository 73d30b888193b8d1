/** Smoothing of curves as TensorBoard and Weights & Biases do it: an exponential moving average without its bias to 0. Pure. */

/**
 * The weighted mean of a value and all before it, the weight falling by `weight` with every step back.
 * @param values [n]; NaN (no value) stays NaN and is passed over
 * @param weight from 0, which changes nothing, to below 1
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  const smoothed = new Float64Array(values.length);
  let average = 0;
  let bias = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (!Number.isFinite(value)) {
      smoothed[i] = NaN;
      continue;
    }
    average = weight * average + (1 - weight) * value;
    bias *= weight;
    smoothed[i] = average / (1 - bias);
  }
  return smoothed;
}
