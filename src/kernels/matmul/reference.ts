/** The matmul in plain float64 JavaScript, with all that can be added to it. Weights as numbers, whatever their storage. */
import type { LoraPart } from '../lora/parts';

export interface MatmulReference {
  layout: 'nt' | 'nn';
  rows: number;
  k: number;
  n: number;
  x: ArrayLike<number>;
  weight: ArrayLike<number>;
  weightStride: number;
  weightRow?: number;
  bias?: ArrayLike<number>;
  /** What is added: another matrix, or y before. */
  residual?: ArrayLike<number>;
  up?: { u: ArrayLike<number>; b: ArrayLike<number>; parts: readonly LoraPart[]; rank: number; scale: number };
  /** `factor(t, n)` is dropout's. */
  down?: { u: ArrayLike<number>; a: ArrayLike<number>; ranks: number; factor: (row: number, column: number) => number };
}

/** y [rows, n] */
export function matmulReference(args: MatmulReference): Float64Array {
  const { rows, n, bias, residual } = args;
  return Float64Array.from({ length: rows * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    return product(args, row, column) + (bias?.[column] ?? 0) + (residual?.[i] ?? 0) + lora(args, row, column);
  });
}

function product({ layout, x, k, weight, weightStride, weightRow = 0 }: MatmulReference, row: number, column: number) {
  let sum = 0;
  for (let i = 0; i < k; i++) {
    const [outer, inner] = layout === 'nt' ? [column, i] : [i, column];
    sum += x[row * k + i]! * weight[(weightRow + outer) * weightStride + inner]!;
  }
  return sum;
}

function lora({ n, up, down }: MatmulReference, row: number, column: number): number {
  let sum = 0;
  if (down) {
    for (let j = 0; j < down.ranks; j++) sum += down.u[row * down.ranks + j]! * down.a[j * n + column]!;
    return sum * down.factor(row, column);
  }
  if (!up) return 0;
  const ranks = up.parts.filter(({ adapted }) => adapted).length * up.rank;
  let [begin, outputs, uColumn] = [0, 0, 0];
  for (const { width, adapted } of up.parts) {
    if (column < begin + width) {
      if (!adapted) return 0;
      const b = (outputs + column - begin) * up.rank;
      for (let j = 0; j < up.rank; j++) sum += up.u[row * ranks + uColumn + j]! * up.b[b + j]!;
      return sum * up.scale;
    }
    begin += width;
    if (adapted) [outputs, uColumn] = [outputs + width, uColumn + up.rank];
  }
  return 0;
}
