/**
 * The tile for few rows (decoding, where reading the weights is all that counts): 64 threads split the contraction, each
 * weight is read by one thread once for all rows, and a tree in workgroup memory adds the threads' sums.
 */
import type { MatmulLayout } from './sources';
import { clampRow, component, unroll, type Contraction, type TileCode } from './tile-code';

const threads = 64;
/** @param rows rows of the block, at most 16: each takes 1 KiB of workgroup memory */
export function rowTileCode(rows: number, layout: MatmulLayout): TileCode {
  // Adjacent threads read adjacent memory: along k in 'nt', along n (32 columns) in 'nn'.
  const across = layout === 'nt' ? 1 : 8;
  return {
    threads,
    rows,
    columns: across * 4,
    accumulators: rows,
    declarations: `var<workgroup> sums: array<vec4<f32>, ${rows * threads}>;`,
    begin: /* wgsl */ `
  let rowBase = row0;
  let n = column0 + (local % ${across}u) * 4u;
  let part = local / ${across}u;`,
    contract: (product) => contract(product, rows, threads / across),
    finish: (finish) => addParts(finish, rows, across),
  };
}

function contract({ x, w, from, to }: Contraction, rows: number, parts: number): string {
  const multiplyAdd = (i: number) => unroll(4, (j) => `a${i} = fma(vec4<f32>(x.${component(j)}), block[${j}], a${i});`);
  return /* wgsl */ `
  for (var k = ${from} + part * 4u; k < ${to}; k += ${4 * parts}u) {
    let block = ${w('n', 'k')};
    ${unroll(rows, (i) => `{ let x = ${x(clampRow(`row0 + ${i}u`), 'k')};\n${multiplyAdd(i)} }`)}
  }`;
}

/** Adds the parts in a fixed tree; then as many threads as there are fours of columns store the rows. */
function addParts(finish: (row: string, value: string) => string, rows: number, across: number): string {
  return /* wgsl */ `
  ${unroll(rows, (i) => `sums[${i * threads}u + local] = a${i};`)}
  for (var stride = ${threads / 2}u; stride >= ${across}u; stride /= 2u) {
    workgroupBarrier();
    if (local < stride) {
      for (var i = local; i < ${rows * threads}u; i += ${threads}u) { sums[i] += sums[i + stride]; }
    }
  }
  if (local < ${across}u) {
    for (var row = row0; row < min(row0 + ${rows}u, params.rows); row++) {
      ${finish('row', `sums[(row - row0) * ${threads}u + local]`)}
    }
  }`;
}
