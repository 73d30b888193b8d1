/**
 * WGSL of the sum of outer products over tokens for a CPU that plays GPU: result[row, column] += sum_t narrow[t, row] *
 * wide[t, column]. One subgroup of 8 lanes a workgroup, each with 4 columns and 16 rows. A load costs there as much as dozens
 * of multiply-adds, so the lanes load 4 tokens x 16 rows together and pass them on by subgroupShuffle, as the matmul tile
 * of such adapters does (../matmul/lane-tile.ts). Needs rows and columns that are multiples of 4. GPUs use outer-product.ts.
 */
import { laneCount } from '../matmul/tiles';
import { unroll } from './unroll';

/** Rows and columns one workgroup covers. */
export const shuffledTile = { rows: 16, columns: laneCount * 4 } as const;

const tokensAtOnce = 4;
const quads = shuffledTile.rows / 4;

/** Lane l holds rows 4 (l % 4) .. + 3 of token 2 half + l / 4; this is the value of `row` of `token` for every lane. */
const shuffled = (token: number, row: number): string =>
  `subgroupShuffle(n${Math.floor(token / 2)}.${'xyzw'[row % 4]!}, ${(token % 2) * quads + Math.floor(row / 4)}u)`;

/** Needs params `tokens`, `narrowStride`, `wideStride`, `rows`, `firstRow`, `resultRow`; bindings 1 narrow, 2 wide, 3 result. */
export const shuffledProductWgsl = /* wgsl */ `
@group(0) @binding(1) var<storage, read> narrow: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> wide: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> result: array<vec4<f32>>;
fn narrowAt(token: u32, row: u32) -> vec4<f32> {
  let at = min(token, params.tokens - 1u) * params.narrowStride + min(row, params.rows - 4u);
  return select(vec4<f32>(), narrow[at / 4u], token < params.tokens);
}
fn wideAt(token: u32, column: u32) -> vec4<f32> {
  return wide[(min(token, params.tokens - 1u) * params.wideStride + column) / 4u];
}
@compute @workgroup_size(${laneCount})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let row0 = params.firstRow + group.y * ${shuffledTile.rows}u;
  let column = (group.x * ${laneCount}u + lane) * 4u;
  let readColumn = min(column, params.wideStride - 4u);
  let readRow = row0 + 4u * (lane % ${quads}u);
  let readToken = lane / ${quads}u;
  ${unroll(shuffledTile.rows, (i) => `var a${i} = vec4<f32>();`)}
  for (var t = 0u; t < params.tokens; t += ${tokensAtOnce}u) {
    ${unroll(tokensAtOnce / 2, (half) => `let n${half} = narrowAt(t + ${2 * half}u + readToken, readRow);`)}
    ${unroll(tokensAtOnce, (token) => `let w${token} = wideAt(t + ${token}u, readColumn);`)}
    ${unroll(tokensAtOnce, (token) =>
      unroll(shuffledTile.rows, (i) => `a${i} = fma(vec4<f32>(${shuffled(token, i)}), w${token}, a${i});`),
    )}
  }
  if (column >= params.wideStride) { return; }
  var sums = array<vec4<f32>, ${shuffledTile.rows}>(${unroll(shuffledTile.rows, (i) => `a${i}`, ', ')});
  for (var row = row0; row < min(row0 + ${shuffledTile.rows}u, params.rows); row++) {
    result[((params.resultRow + row) * params.wideStride + column) / 4u] += sums[row - row0];
  }
}`;
