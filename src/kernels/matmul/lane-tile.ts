/**
 * The barrier-free register tile for CPU-like adapters: 8 lanes, each with 4 columns and all rows of the block. A load costs
 * there as much as dozens of multiply-adds, whether its address is the same for all lanes or not; so with `shuffle` each lane
 * loads another row of x, and subgroupShuffle passes it to the others.
 */
import { laneCount, type LaneTile } from './tiles';
import { clampRow, component, finishEach, unroll, type Contraction, type TileCode } from './tile-code';

/** @param rows rows of the block: a power of two, at most the tile's */
export function laneTileCode(tile: LaneTile, rows: number): TileCode {
  return {
    threads: laneCount,
    rows,
    columns: laneCount * 4,
    accumulators: rows,
    subgroups: tile.shuffle,
    begin: /* wgsl */ `
  let rowBase = row0;
  let n = column0 + ${tile.shuffle ? 'lane' : 'local'} * 4u;`,
    contract: tile.shuffle ? (product) => contractShuffled(product, rows) : (product) => contractPlain(product, rows),
    finish: finishEach(rows),
  };
}

/** Lane i loads row i of each group of 8 (or of fewer, when the block has fewer). */
function contractShuffled({ x, w, from, to }: Contraction, rows: number): string {
  const together = Math.min(rows, laneCount);
  const row = (group: number) => clampRow(`row0 + ${group * laneCount}u + (lane & ${together - 1}u)`);
  const shuffled = (i: number, j: number) =>
    `subgroupShuffle(x${Math.floor(i / laneCount)}.${component(j)}, ${i % laneCount}u)`;
  return /* wgsl */ `
  for (var k = ${from}; k < ${to}; k += 4u) {
    ${unroll(rows / together, (group) => `let x${group} = ${x(row(group), 'k')};`)}
    let block = ${w('n', 'k')};
    ${unroll(4, (j) => unroll(rows, (i) => `a${i} = fma(vec4<f32>(${shuffled(i, j)}), block[${j}], a${i});`))}
  }`;
}

function contractPlain({ x, w, from, to }: Contraction, rows: number): string {
  const multiplyAdd = (i: number) =>
    unroll(4, (j) => `a${i} = fma(vec4<f32>(x${i}.${component(j)}), block[${j}], a${i});`);
  return /* wgsl */ `
  for (var k = ${from}; k < ${to}; k += 4u) {
    let block = ${w('n', 'k')};
    ${unroll(rows, (i) => `let x${i} = ${x(clampRow(`row0 + ${i}u`), 'k')};\n${multiplyAdd(i)}`)}
  }`;
}
