/**
 * The workgroup-memory tile for real GPUs: the workgroup stages 16 contraction indices of its block of x and of W, then each
 * thread multiplies `threadRows` x 4 of it in registers. Adjacent threads load adjacent memory.
 */
import type { MatmulLayout } from './sources';
import type { BlockTile } from './tiles';
import { clampRow, component, finishEach, unroll, type Contraction, type TileCode } from './tile-code';

/** Contraction indices of a stage, in fours, and in how many vec4 a staged row of x lies: one more, against bank conflicts. */
const depth = 4;
const rowPitch = depth + 1;

export function blockTileCode(tile: BlockTile, layout: MatmulLayout): TileCode {
  const across = tile.columns / 4;
  return {
    threads: across * (tile.rows / tile.threadRows),
    rows: tile.rows,
    columns: tile.columns,
    accumulators: tile.threadRows,
    declarations: /* wgsl */ `
var<workgroup> stagedX: array<vec4<f32>, ${tile.rows * rowPitch}>;
var<workgroup> stagedW: array<vec4<f32>, ${4 * depth * across}>;`,
    begin: /* wgsl */ `
  let rowInBlock = (local / ${across}u) * ${tile.threadRows}u;
  let four = local % ${across}u;
  let rowBase = row0 + rowInBlock;
  let n = column0 + four * 4u;`,
    contract: (product) => contract(product, tile, layout),
    finish: finishEach(tile.threadRows),
  };
}

function contract(product: Contraction, tile: BlockTile, layout: MatmulLayout): string {
  const across = tile.columns / 4;
  const multiplyAdd = (i: number) => unroll(4, (j) => `a${i} = fma(vec4<f32>(x.${component(j)}), w${j}, a${i});`);
  return /* wgsl */ `
  for (var k0 = ${product.from}; k0 < ${product.to}; k0 += ${4 * depth}u) {
    workgroupBarrier();
    ${stage(product, tile, layout)}
    workgroupBarrier();
    // Bounds that are no constants keep CPU adapters from compiling this four times over.
    for (var k = k0; k < k0 + ${4 * depth}u; k += 4u) {
      let d = (k - k0) / 4u;
      ${unroll(4, (j) => `let w${j} = stagedW[(d * 4u + ${j}u) * ${across}u + four];`)}
      ${unroll(tile.threadRows, (i) => `{ let x = stagedX[(rowInBlock + ${i}u) * ${rowPitch}u + d];\n${multiplyAdd(i)} }`)}
    }
  }`;
}

/** Rows of x as they are; weights with the contraction index first, whatever their layout. */
function stage({ x, w }: Contraction, tile: BlockTile, layout: MatmulLayout): string {
  const across = tile.columns / 4;
  const threads = across * (tile.rows / tile.threadRows);
  const [d, column] = layout === 'nt' ? [`i % ${depth}u`, `i / ${depth}u`] : [`i / ${across}u`, `i % ${across}u`];
  return /* wgsl */ `
    for (var i = local; i < ${tile.rows * depth}u; i += ${threads}u) {
      let d = i % ${depth}u;
      let row = i / ${depth}u;
      stagedX[row * ${rowPitch}u + d] = ${x(clampRow('row0 + row'), 'k0 + d * 4u')};
    }
    for (var i = local; i < ${across * depth}u; i += ${threads}u) {
      let d = ${d};
      let column = ${column};
      let block = ${w('column0 + column * 4u', 'k0 + d * 4u')};
      ${unroll(4, (j) => `stagedW[(d * 4u + ${j}u) * ${across}u + column] = block[${j}];`)}
    }`;
}
