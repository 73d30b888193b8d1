/**
 * WGSL that the attention kernels share. A workgroup has lanesX * lanesY lanes and a tile of lanesY * rows rows, which it
 * takes past columns in steps of lanesX * columns: keys where rows are queries, queries where rows are keys.
 * First each lane makes a block of rows x columns dot products over the head dimension; these go through workgroup memory,
 * and then each lane adds up rows x chunks of the result, its chunks being every lanesX-th. Both are register blocks as in a
 * matrix product, so that a load serves several multiply-adds; the head dimension bounds only the second.
 * Rows are counted in groups of four, one vec4 component a row: s1_2 is rows 4 to 7 of column 2.
 */

import { attendedWgsl, chosen, chunkType, dot, layoutWgsl, repeat, vectorOf } from './code';

export interface AttentionBlock {
  lanesX: number;
  lanesY: number;
  /** Rows a lane; a multiple of 4. */
  rows: number;
  /** Columns a lane and step. */
  columns: number;
  /** Most floats a load: 4, 2 or 1. */
  vector: number;
}

/** A block for one head dimension. */
export interface AttentionVariant extends AttentionBlock {
  /** Chunks of the result that a lane holds for each row. */
  chunks: number;
}

export function variantOf(headDim: number, block: AttentionBlock): AttentionVariant {
  const vector = vectorOf(headDim, block.vector);
  return { ...block, vector, chunks: Math.ceil(headDim / vector / block.lanesX) };
}

export function variantName({ lanesX, lanesY, rows, columns, vector, chunks }: AttentionVariant): string {
  return `blocks.${lanesX}x${lanesY}.${rows}x${columns}.v${vector}.c${chunks}`;
}

const components = ['x', 'y', 'z', 'w'] as const;
/** Row r's component of the vec4 `name` of its group. */
export const ofRow = (name: string, r: number) => `${name}${r >> 2}.${components[r & 3]!}`;

/** A vec4 of `write(r)` for the rows of group g. */
export function group4(g: number, write: (r: number) => string): string {
  return `(${[0, 1, 2, 3].map((i) => write(4 * g + i)).join(', ')})`;
}

/** Workgroup arrays of one vec4 a column and row group; a padding vec4 a column keeps banks apart. */
export function sharedWgsl(variant: AttentionVariant, names: readonly string[]): string {
  const { lanesX, columns } = variant;
  return names
    .map((name) => `var<workgroup> ${name}: array<vec4<f32>, ${lanesX * columns * sharedStride(variant)}>;`)
    .join('\n');
}

export const sharedStride = ({ lanesY, rows }: AttentionVariant) => (lanesY * rows) / 4 + 1;

/** WGSL index into a shared array: `column`, and this lane's row group g. */
export function sharedAt(variant: AttentionVariant, column: string, g: number): string {
  return `(${column}) * ${sharedStride(variant)}u + firstGroup + ${g}u`;
}

/** Start of main: x and y of the lane, its tile, and the layout of qkv in chunks. `group.y` is the key head. */
export function laneWgsl({ lanesX, lanesY, rows, chunks }: AttentionVariant): string {
  return /* wgsl */ `
  let x = lane % ${lanesX}u;
  let y = ${lanesY === 1 ? '0u' : `lane / ${lanesX}u`};
  let firstGroup = y * ${rows / 4}u;
${layoutWgsl}
${repeat(chunks, (i) => `  let chunk${i} = min(x + ${i * lanesX}u, count - 1u);`)}`;
}

/** For query row r: `token{r}`, `head{r}`, its row of o `out{r}` (heads rows a token) and the chunk `q{r}` of qkv it starts at. */
export function queryRowsWgsl({ rows }: AttentionVariant): string {
  return /* wgsl */ `
  let firstRow = tile.x + y * ${rows}u;
${attendedWgsl}
${repeat(
  rows,
  (r) => `  let safe${r} = min(firstRow + ${r}u, tile.y - 1u);
  let token${r} = safe${r} / ratio;
  let head${r} = group.y * ratio + safe${r} - token${r} * ratio;
  let out${r} = token${r} * params.heads + head${r};
  let q${r} = token${r} * width + head${r} * count;`,
)}
${repeat(rows / 4, (g) => `  let tokens${g} = vec4<u32>${group4(g, (r) => `token${r}`)};`)}`;
}

/** The steps over the keys of a tile of queries (its bounds are not constants, lest the compiler write the body twice): first its prefix, then its own sequence up to its last token. */
export function keyStepsWgsl({ lanesX, rows, columns }: AttentionVariant, body: string): string {
  return /* wgsl */ `
  for (var part = select(0u, 1u, span.x == span.y); part < 2u; part++) {
    let stop = select(lastKey + 1u, span.y, part == 0u);
${repeat(rows / 4, (g) => `    let limit${g} = min(tokens${g} + vec4(1u), vec4(stop));`)}
    for (var j = select(span.z, span.x, part == 0u); j < stop; j += ${lanesX * columns}u) {
${repeat(
  columns,
  (i) => `      let column${i} = j + x + ${i * lanesX}u;
      let at${i} = min(column${i}, stop - 1u) * width;`,
)}
      let taken = min(stop - j, ${lanesX * columns}u);
${body}
    }
  }`;
}

/** One product of the first phase: `into{g}_{i}` sums rowBuffer[rowBase{r} + c] . columnBuffer[columnBase{i} + c]. */
export interface Product {
  into: string;
  row: (r: number) => string;
  column: (i: number) => string;
}

/** The first phase: dot products of rows and columns over the head dimension. */
export function productsWgsl({ rows, columns, vector }: AttentionVariant, products: readonly Product[]): string {
  const each = (write: (product: Product, n: number) => string) => products.map(write).join('\n');
  return /* wgsl */ `
${each(({ into }) => repeat(rows / 4, (g) => repeat(columns, (i) => `var ${into}${g}_${i} = vec4<f32>();`)))}
for (var c = 0u; c < count; c++) {
${each(({ row }, n) => repeat(rows, (r) => `let a${n}_${r} = ${row(r)};`))}
${each(({ column }, n) => repeat(columns, (i) => `let b${n}_${i} = ${column(i)};`))}
${each(({ into }, n) =>
  repeat(rows / 4, (g) =>
    repeat(columns, (i) => `${into}${g}_${i} += vec4${group4(g, (r) => dot(vector, `a${n}_${r}`, `b${n}_${i}`))};`),
  ),
)}
}`;
}

/** One sum of the second phase: `into{r}_{i}` += shared[column k] of row r * value(chunk i). */
export interface Mix {
  into: string;
  shared: string;
  value: (i: number) => string;
}

/** The second phase: sums over the `taken` columns k of this step. */
export function mixWgsl(variant: AttentionVariant, mixes: readonly Mix[]): string {
  const { rows, chunks } = variant;
  const each = (write: (mix: Mix, n: number) => string) => mixes.map(write).join('\n');
  return /* wgsl */ `
for (var k = 0u; k < taken; k++) {
${each(({ shared }, n) => repeat(rows / 4, (g) => `let w${n}_${g} = ${shared}[${sharedAt(variant, 'k', g)}];`))}
${each(({ value }, n) => repeat(chunks, (i) => `let v${n}_${i} = ${value(i)};`))}
${each(({ into }, n) =>
  repeat(rows, (r) => repeat(chunks, (i) => `${into}${r}_${i} += ${ofRow(`w${n}_`, r)} * v${n}_${i};`)),
)}
}`;
}

/** `var into{r}_{i}` of zeros. */
export function accumulatorsWgsl({ rows, chunks, vector }: AttentionVariant, into: string): string {
  return repeat(rows, (r) => repeat(chunks, (i) => `  var ${into}${r}_${i} = ${chunkType(vector)}();`));
}

/** `partial{g}` of all lanesX lanes of this row, through the workgroup array `partials`: `result{g}`. Begins and ends with a barrier's need: see uses. */
export function acrossLanesWgsl(
  { lanesX, rows, lanesY }: AttentionVariant,
  partial: string,
  result: string,
  combine: (a: string, b: string) => string,
): string {
  const stride = (lanesY * rows) / 4;
  return /* wgsl */ `
${repeat(rows / 4, (g) => `partials[x * ${stride}u + firstGroup + ${g}u] = ${partial}${g};`)}
workgroupBarrier();
${repeat(rows / 4, (g) => `var ${result}${g} = partials[firstGroup + ${g}u];`)}
for (var t = 1u; t < ${lanesX}u; t++) {
${repeat(rows / 4, (g) => `${result}${g} = ${combine(`${result}${g}`, `partials[t * ${stride}u + firstGroup + ${g}u]`)};`)}
}`;
}

export function partialsWgsl({ lanesX, rows, lanesY }: AttentionVariant): string {
  return `var<workgroup> partials: array<vec4<f32>, ${(lanesX * lanesY * rows) / 4}>;`;
}

/** Writes rows of results: `to(value of chunk i, i)` for each row r (WGSL) of this lane in the tile, and its chunks in range. */
export function writeRowsWgsl(
  { lanesX, rows, chunks }: AttentionVariant,
  begin: string,
  writes: readonly { from: string; to: (value: string, i: number) => string }[],
): string {
  return /* wgsl */ `
  for (var r = 0u; r < ${rows}u; r++) {
    if (firstRow + r >= tile.y) { break; }
${begin}
${writes
  .map(({ from, to }) =>
    repeat(
      chunks,
      (i) => `    let ${from}_${i} = ${chosen(rows, 'r', (row) => `${from}${row}_${i}`)};
    if (x + ${i * lanesX}u < count) { ${to(`${from}_${i}`, i)} }`,
    ),
  )
  .join('\n')}
  }`;
}
