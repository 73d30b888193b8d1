/**
 * WGSL of the attention kernels for CPUs that play GPU. There a load costs a dozen multiply-adds, whether its address is
 * the same for all lanes or not, a barrier is a switch of coroutines, and each load in the code takes long to compile;
 * but subgroupShuffle is one instruction. So a workgroup is one subgroup of 8 lanes, without workgroup memory: lane l loads
 * row l (of each group of 8), its columns are j + l, j + l + 8, ..., and its chunks of the result every 8th; a shuffle
 * brings rows and weights to all lanes. Row r's values are r: lane r % 8 of variable r / 8. See blocks.ts for GPUs.
 */
import { attendedWgsl, chosen, chunkType, dot, repeat, vectorOf } from './code';

export const laneCount = 8;

export interface AttentionLanes {
  /** Rows of a tile, a multiple of 8. */
  rows: number;
  /** Columns a lane and step. */
  columns: number;
  /** Most floats a load. */
  vector: number;
}

export interface LaneVariant extends AttentionLanes {
  /** Chunks of the result that a lane holds for each row. */
  chunks: number;
}

export function laneVariant(headDim: number, lanes: AttentionLanes): LaneVariant {
  const vector = vectorOf(headDim, lanes.vector);
  return { ...lanes, vector, chunks: Math.ceil(headDim / vector / laneCount) };
}

export function laneVariantName({ rows, columns, vector, chunks }: LaneVariant): string {
  return `lanes.${rows}x${columns}.v${vector}.c${chunks}`;
}

/** The chunks of this lane, past the last clamped: `chunk{i}`. */
export function chunksWgsl({ chunks }: LaneVariant): string {
  return repeat(chunks, (i) => `  let chunk${i} = min(lane + ${i * laneCount}u, count - 1u);`);
}

/** Query rows of this lane, for each group g: `row{g}`, `token{g}`, its row of o `out{g}` and the chunk `q{g}` of qkv it starts at. */
export function queryRowsWgsl({ rows }: LaneVariant): string {
  return `${attendedWgsl}
${repeat(
  rows / laneCount,
  (g) => `  let row${g} = tile.x + lane + ${g * laneCount}u;
  let safe${g} = min(row${g}, tile.y - 1u);
  let token${g} = safe${g} / ratio;
  let head${g} = group.y * ratio + safe${g} - token${g} * ratio;
  let out${g} = token${g} * params.heads + head${g};
  let q${g} = token${g} * width + head${g} * count;`,
)}`;
}

/** Row r's value of the variables `name{g}`, in all lanes. */
export const ofRow = (name: string, r: number) =>
  `subgroupShuffle(${name}${Math.floor(r / laneCount)}, ${r % laneCount}u)`;

/** The steps over the keys of a tile of queries (its bounds are not constants, lest the compiler write the body twice): first its prefix, then its own sequence. `limit{r}`: the keys row r attends end there. */
export function keyStepsWgsl({ rows, columns }: LaneVariant, body: string): string {
  return /* wgsl */ `
  for (var part = select(0u, 1u, span.x == span.y); part < 2u; part++) {
    let stop = select(lastKey + 1u, span.y, part == 0u);
${repeat(rows, (r) => `    let limit${r} = min(${ofRow('token', r)} + 1u, stop);`)}
    for (var j = select(span.z, span.x, part == 0u); j < stop; j += ${laneCount * columns}u) {
${repeat(
  columns,
  (i) => `      let column${i} = j + lane + ${i * laneCount}u;
      let at${i} = min(column${i}, stop - 1u) * width;`,
)}
${body}
    }
  }`;
}

/** `into{r}_{i}` = sum over the head dimension of row(g) of row r times column(i). */
export interface Product {
  into: string;
  row: (g: number) => string;
  column: (i: number) => string;
}

export function productsWgsl({ rows, columns, vector }: LaneVariant, products: readonly Product[]): string {
  const each = (write: (product: Product, n: number) => string) => products.map(write).join('\n');
  return /* wgsl */ `
${each(({ into }) => repeat(rows, (r) => repeat(columns, (i) => `var ${into}${r}_${i} = 0.0;`)))}
for (var c = 0u; c < count; c++) {
${each(({ row }, n) => repeat(rows / laneCount, (g) => `let a${n}_${g} = ${row(g)};`))}
${each(({ column }, n) => repeat(columns, (i) => `let b${n}_${i} = ${column(i)};`))}
${each(({ into }, n) =>
  repeat(
    rows,
    (r) => `let r${n}_${r} = ${ofRow(`a${n}_`, r)};
${repeat(columns, (i) => `${into}${r}_${i} += ${dot(vector, `r${n}_${r}`, `b${n}_${i}`)};`)}`,
  ),
)}
}`;
}

/** `into{r}_{i}` += sum over the columns k of this step of weight{r} of k times value(chunk i) at k. */
export interface Mix {
  into: string;
  weight: string;
  value: (i: number) => string;
}

/** @param place defines from `column`, a column of all lanes, what the values are read with */
export function mixWgsl({ rows, columns, chunks }: LaneVariant, place: string, mixes: readonly Mix[]): string {
  const each = (write: (mix: Mix, n: number) => string) => mixes.map(write).join('\n');
  return /* wgsl */ `
for (var k = 0u; k < min(stop - j, ${laneCount}u); k++) {
${repeat(
  columns,
  (c) => `{
let column = min(j + k + ${c * laneCount}u, stop - 1u);
${place}
${each(({ value }, n) => repeat(chunks, (i) => `let v${n}_${i} = ${value(i)};`))}
${each(({ into, weight }, n) =>
  repeat(
    rows,
    (r) => `let w${n}_${r} = subgroupShuffle(${weight}${r}_${c}, k);
${repeat(chunks, (i) => `${into}${r}_${i} += w${n}_${r} * v${n}_${i};`)}`,
  ),
)}
}`,
)}
}`;
}

/** `var into{r}_{i}` of zeros. */
export function accumulatorsWgsl({ rows, chunks, vector }: LaneVariant, into: string): string {
  return repeat(rows, (r) => repeat(chunks, (i) => `  var ${into}${r}_${i} = ${chunkType(vector)}();`));
}

/** `name` combined over the lanes of the subgroup, in a fixed order. */
export function acrossLanesWgsl(name: string, combine: (a: string, b: string) => string): string {
  return [1, 2, 4].map((by) => `${name} = ${combine(name, `subgroupShuffleXor(${name}, ${by}u)`)};`).join('\n');
}

/** Writes rows of results: `write(value of chunk i, i)` for each row `r` (WGSL) of the tile, and its chunks in range. */
export function writeRowsWgsl(
  { rows, chunks }: LaneVariant,
  begin: (shuffled: (name: string) => string) => string,
  writes: readonly { from: string; to: (value: string, i: number) => string }[],
): string {
  const shuffled = (name: string) =>
    chosen(rows / laneCount, `(r / ${laneCount}u)`, (g) => `subgroupShuffle(${name}${g}, r % ${laneCount}u)`);
  return /* wgsl */ `
  for (var r = 0u; r < tile.y - tile.x; r++) {
${begin(shuffled)}
${writes
  .map(({ from, to }) =>
    repeat(
      chunks,
      (i) => `    let ${from}_${i} = ${chosen(rows, 'r', (row) => `${from}${row}_${i}`)};
    if (lane + ${i * laneCount}u < count) { ${to(`${from}_${i}`, i)} }`,
    ),
  )
  .join('\n')}
  }`;
}
