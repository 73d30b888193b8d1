/**
 * WGSL of a sum of outer products over tokens: C[row, column] += scale * sum_t narrow[t, row] * wide[t, column]. It is the
 * gradient of every weight matrix and of both LoRA factors. Lanes lie along the columns of `wide` (coalesced loads); a lane
 * holds a register tile of `rows` x `columns`; `narrow` is read at addresses that are the same for the whole workgroup.
 * No workgroup memory and no barrier, but for `slices` > 1: then that many groups of lanes share out the tokens of one
 * tile and are added in order, for outputs too small to fill a GPU. Leaves out bindings of the host; see weight-gradient.ts
 * and ../lora/gradients.ts.
 */
import { pickWgsl, unroll } from './unroll';

export interface OuterProduct {
  /** Rows of `narrow` a lane holds; a multiple of 4. */
  rows: number;
  /** Columns a lane holds: 4 needs rows of `wide` and column ranges that are multiples of 4. */
  columns: 1 | 4;
  /** Groups of 64 lanes that share out the tokens. */
  slices: number;
  /** `narrow` has rows (and a first column) that are multiples of 4. */
  narrowVectors: boolean;
  /** Of C in memory: 'rows' [row, column], or 'columns' [column, row]. */
  layout: 'rows' | 'columns';
  /** WGSL functions the expressions below use. */
  functions?: string;
  /** WGSL statements that may end the workgroup and must define, uniformly, `firstRow`, `rowEnd` (of narrow), `columnStart`, `columnEnd` (of wide). */
  prologue: string;
  /** WGSL of the index in C of a row and a column. */
  element: (row: string, column: string) => string;
  /** WGSL factor of wide[t, c] for a column expression, or null for 1. */
  wideFactor?: ((column: string) => string) | null;
  /** WGSL factor of the result, or absent for 1. */
  scale?: string;
}

const lanes = 64;

/** Columns one workgroup covers. */
export const columnsOf = (columns: number): number => lanes * columns;

/** Needs params `tokens`, `narrowStride`, `wideStride`; bindings 1 narrow, 2 wide (read), 3 result (write). */
export function outerProductWgsl(options: OuterProduct): string {
  const { columns, slices, narrowVectors, layout, functions = '', prologue } = options;
  const resultVectors = layout === 'rows' ? columns === 4 : narrowVectors;
  const values = options.rows * columns;
  return /* wgsl */ `
@group(0) @binding(1) var<storage, read> narrow: array<${narrowVectors ? 'vec4<f32>' : 'f32'}>;
@group(0) @binding(2) var<storage, read> wide: array<${columns === 4 ? 'vec4<f32>' : 'f32'}>;
@group(0) @binding(3) var<storage, read_write> result: array<${resultVectors ? 'vec4<f32>' : 'f32'}>;
${slices > 1 ? `var<workgroup> sums: array<vec4<f32>, ${((slices - 1) * lanes * values) / 4}>;` : ''}
fn narrowAt(at: u32) -> vec4<f32> {
  ${narrowVectors ? 'return narrow[at >> 2u];' : 'return vec4<f32>(narrow[at], narrow[at + 1u], narrow[at + 2u], narrow[at + 3u]);'}
}
${functions}
@compute @workgroup_size(${lanes * slices})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  ${prologue}
  let lane = local${slices > 1 ? ` % ${lanes}u` : ''};
  let column = columnStart + (group.x * ${lanes}u + lane) * ${columns}u;
  ${eachSum(options, (name) => `var ${name} = vec4<f32>();`)}
  for (var t = ${slices > 1 ? `local / ${lanes}u` : '0u'}; t < params.tokens; t += ${slices}u) {
    ${step(options)}
  }
  ${slices > 1 ? addSlices(options) : ''}
  if (column >= columnEnd) { return; }
  ${storeAll(options)}
}`;
}

/** The sum of rows 4g .. 4g+3 of column c is the vec4 `sum{c}_{g}`. */
function eachSum({ rows, columns }: OuterProduct, line: (name: string, index: number) => string): string {
  return unroll(columns, (c) => unroll(rows / 4, (g) => line(`sum${c}_${g}`, (c * rows) / 4 + g)));
}

function step({ rows, columns, wideFactor }: OuterProduct): string {
  const factor = wideFactor
    ? ` * ${columns === 1 ? wideFactor('column') : `vec4<f32>(${unroll(4, (c) => wideFactor(`column + ${c}u`), ', ')})`}`
    : '';
  return /* wgsl */ `
    let w = wide[(t * params.wideStride + column)${columns === 4 ? ' >> 2u' : ''}]${factor};
    let at = t * params.narrowStride + firstRow;
    ${unroll(rows / 4, (g) => `let n${g} = narrowAt(at + ${4 * g}u);`)}
    ${unroll(columns, (c) => unroll(rows / 4, (g) => `sum${c}_${g} += n${g} * w${columns === 4 ? `[${c}]` : ''};`))}`;
}

/** The other slices write their sums, and the first adds them in order. */
function addSlices(options: OuterProduct): string {
  const perLane = (options.rows * options.columns) / 4;
  const at = (slice: string, index: number) => `sums[((${slice}) * ${perLane}u + ${index}u) * ${lanes}u + lane]`;
  return /* wgsl */ `
  let slice = local / ${lanes}u;
  if (slice > 0u) {
    ${eachSum(options, (name, index) => `${at('slice - 1u', index)} = ${name};`)}
  }
  workgroupBarrier();
  if (slice > 0u) { return; }
  for (var other = 0u; other < ${options.slices - 1}u; other++) {
    ${eachSum(options, (name, index) => `${name} += ${at('other', index)};`)}
  }`;
}

/** Four rows at a time, in a loop whose length compilers do not know: unrolled, stores take most of the compile time. */
function storeAll(options: OuterProduct): string {
  const { rows, columns, layout } = options;
  const sums = (c: number) => Array.from({ length: rows / 4 }, (_, g) => `sum${c}_${g}`);
  return /* wgsl */ `
  let storeEnd = min(rowEnd, firstRow + ${rows}u);
  for (var row = firstRow; row < storeEnd; row += 4u) {
    let g = (row - firstRow) / 4u;
    ${unroll(columns, (c) => `let value${c} = ${pickWgsl('g', sums(c))}${options.scale ? ` * ${options.scale}` : ''};`)}
    ${layout === 'rows' ? storeRows(options) : storeColumns(options)}
  }`;
}

function storeRows({ columns, element }: OuterProduct): string {
  return unroll(4, (i) => {
    const parts = unroll(columns, (c) => `value${c}[${i}]`, ', ');
    const value = columns === 4 ? `vec4<f32>(${parts})` : parts;
    return `if (row + ${i}u < rowEnd) { result[${at(element(`(row + ${i}u)`, 'column'), columns)}] += ${value}; }`;
  });
}

function storeColumns({ columns, narrowVectors, element }: OuterProduct): string {
  const to = (i: number, c: number) => element(`(row + ${i}u)`, `(column + ${c}u)`);
  if (narrowVectors) return unroll(columns, (c) => `result[${at(to(0, c), 4)}] += value${c};`);
  const store = (i: number) => unroll(columns, (c) => `result[${to(i, c)}] += value${c}[${i}];`, ' ');
  return unroll(4, (i) => `if (row + ${i}u < rowEnd) { ${store(i)} }`);
}

const at = (element: string, width: number) => (width === 4 ? `(${element}) >> 2u` : element);
