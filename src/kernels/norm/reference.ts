/** RMSNorm and LayerNorm in float64: the reference of the kernels' tests and self-test. */
import type { NormShape } from './norm';

type Numbers = ArrayLike<number>;

/** Mean (0 for RMSNorm) and 1/sqrt(mean square of the rest + epsilon) of row `row`. */
function rowStatistics({ kind, width, epsilon }: NormShape, x: Numbers, row: number): [mean: number, scale: number] {
  const average = (value: (v: number) => number) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += value(x[row * width + i]!);
    return sum / width;
  };
  const mean = kind === 'layer' ? average((v) => v) : 0;
  return [mean, 1 / Math.sqrt(average((v) => (v - mean) ** 2) + epsilon)];
}

/** y [rows, width]. */
export function normReference(shape: NormShape, x: Numbers, weight: Numbers, bias?: Numbers): Float64Array {
  const { rows, width } = shape;
  const y = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const [mean, scale] = rowStatistics(shape, x, row);
    for (let i = 0; i < width; i++)
      y[row * width + i] = (x[row * width + i]! - mean) * scale * weight[i]! + (bias?.[i] ?? 0);
  }
  return y;
}

/** Gradients under dy [rows, width]: dx [rows, width], dWeight and dBias [width]. */
export function normBackwardReference(shape: NormShape, x: Numbers, weight: Numbers, dy: Numbers) {
  const { kind, rows, width } = shape;
  const dx = new Float64Array(rows * width);
  const dWeight = new Float64Array(width);
  const dBias = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    const [mean, scale] = rowStatistics(shape, x, row);
    const hat = (i: number) => (x[row * width + i]! - mean) * scale;
    let [gSum, gHatSum] = [0, 0];
    for (let i = 0; i < width; i++) {
      const d = dy[row * width + i]!;
      dWeight[i]! += d * hat(i);
      dBias[i]! += d;
      gSum += d * weight[i]!;
      gHatSum += d * weight[i]! * hat(i);
    }
    const gMean = kind === 'layer' ? gSum / width : 0;
    for (let i = 0; i < width; i++)
      dx[row * width + i] = scale * (dy[row * width + i]! * weight[i]! - gMean - (hat(i) * gHatSum) / width);
  }
  return { dx, dWeight, dBias };
}
