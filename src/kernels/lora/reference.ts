/** Slow, exact references of the LoRA products, in float64. Dropout comes in as a function, the same in every product. */
import { loraOutputs, loraRanks, type LoraPart } from './parts';

/** 0 or 1 / (1 - rate) for an element of the input. */
export type DropoutFactor = (token: number, column: number) => number;

type Numbers = ArrayLike<number>;

/** u[t, j] = sum_k factor(t, k) x[t, k] a[j, k] */
export function loraDownReference(
  x: Numbers,
  a: Numbers,
  { tokens, width, ranks }: { tokens: number; width: number; ranks: number },
  factor: DropoutFactor = () => 1,
): Float64Array {
  return Float64Array.from({ length: tokens * ranks }, (_, i) => {
    const [t, j] = [Math.floor(i / ranks), i % ranks];
    let sum = 0;
    for (let k = 0; k < width; k++) sum += factor(t, k) * x[t * width + k]! * a[j * width + k]!;
    return sum;
  });
}

/** gradient of a, added to `before`: [j, k] += sum_t du[t, j] factor(t, k) x[t, k] */
export function loraGradAReference(
  du: Numbers,
  x: Numbers,
  before: Numbers,
  { tokens, width, ranks }: { tokens: number; width: number; ranks: number },
  factor: DropoutFactor = () => 1,
): Float64Array {
  return Float64Array.from({ length: ranks * width }, (_, i) => {
    const [j, k] = [Math.floor(i / width), i % width];
    let sum = before[i]!;
    for (let t = 0; t < tokens; t++) sum += du[t * ranks + j]! * factor(t, k) * x[t * width + k]!;
    return sum;
  });
}

export interface LoraMap {
  tokens: number;
  parts: readonly LoraPart[];
  rank: number;
  scale: number;
}

/** Every output column that has a LoRA pair: its row of B and its pair's first column of U. */
function adaptedColumns({ parts, rank }: LoraMap): { column: number; row: number; u: number }[] {
  let [end, row, u] = [0, 0, 0];
  return parts.flatMap(({ width, adapted }) => {
    const [start, first] = [end, u];
    end += width;
    if (!adapted) return [];
    u += rank;
    return Array.from({ length: width }, (_, i) => ({ column: start + i, row: row++, u: first }));
  });
}

const outputsOf = (parts: readonly LoraPart[]) => parts.reduce((sum, { width }) => sum + width, 0);

/** The LoRA part of y, [tokens, outputs]: scale sum_j u[t, uOffset + j] b[row, j]; zero where a part has no pair. */
export function loraUpReference(u: Numbers, b: Numbers, map: LoraMap): Float64Array {
  const [outputs, ranks] = [outputsOf(map.parts), loraRanks(map.parts, map.rank)];
  const y = new Float64Array(map.tokens * outputs);
  for (const { column, row, u: first } of adaptedColumns(map))
    for (let t = 0; t < map.tokens; t++)
      for (let j = 0; j < map.rank; j++)
        y[t * outputs + column]! += map.scale * u[t * ranks + first + j]! * b[row * map.rank + j]!;
  return y;
}

/** du[t, uOffset + j] = scale sum_n dy[t, n] b[row(n), j] */
export function loraUpBackwardReference(dy: Numbers, b: Numbers, map: LoraMap): Float64Array {
  const [outputs, ranks] = [outputsOf(map.parts), loraRanks(map.parts, map.rank)];
  const du = new Float64Array(map.tokens * ranks);
  for (const { column, row, u } of adaptedColumns(map))
    for (let t = 0; t < map.tokens; t++)
      for (let j = 0; j < map.rank; j++)
        du[t * ranks + u + j]! += map.scale * dy[t * outputs + column]! * b[row * map.rank + j]!;
  return du;
}

/** gradient of b, added to `before`: [row(n), j] += scale sum_t dy[t, n] u[t, uOffset + j] */
export function loraGradBReference(dy: Numbers, u: Numbers, before: Numbers, map: LoraMap): Float64Array {
  const [outputs, ranks] = [outputsOf(map.parts), loraRanks(map.parts, map.rank)];
  const gradient = Float64Array.from({ length: loraOutputs(map.parts) * map.rank }, (_, i) => before[i]!);
  for (const { column, row, u: first } of adaptedColumns(map))
    for (let t = 0; t < map.tokens; t++)
      for (let j = 0; j < map.rank; j++)
        gradient[row * map.rank + j]! += map.scale * dy[t * outputs + column]! * u[t * ranks + first + j]!;
  return gradient;
}
