/** Attention backward in the style of lanes.ts; the algorithm is that of block-backward.ts. */
import type { Kernel } from '../../gpu/kernel';
import {
  attentionParams,
  chunkType,
  dot,
  keysAccess,
  keysBindingsWgsl,
  layoutWgsl,
  log2e,
  queriesAccess,
  queriesBindingsWgsl,
  repeat,
} from './code';
import {
  accumulatorsWgsl,
  chunksWgsl,
  keyStepsWgsl,
  laneCount,
  laneVariantName,
  mixWgsl,
  ofRow,
  productsWgsl,
  queryRowsWgsl,
  writeRowsWgsl,
  type LaneVariant,
} from './lanes';

/** dQ, and delta [T, heads] for the keys' kernel. Bindings: qkv, spans, tiles, o, lse, gradient, delta, dqkv. */
export function laneQueriesKernel(variant: LaneVariant): Kernel<typeof attentionParams> {
  const { rows, vector } = variant;
  return {
    name: `attention.queries.${laneVariantName(variant)}`,
    params: attentionParams,
    bindings: queriesAccess,
    usesSubgroups: true,
    code: /* wgsl */ `
${queriesBindingsWgsl(chunkType(vector))}
@compute @workgroup_size(${laneCount})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
${layoutWgsl}
${chunksWgsl(variant)}
${queryRowsWgsl(variant)}
${accumulatorsWgsl(variant, 'dq')}
${repeat(
  rows / laneCount,
  (g) => `  let at${g} = out${g} * count;
  let lse${g} = lse[out${g}] * ${log2e};
  var delta${g} = 0.0;
  for (var c = 0u; c < count; c++) { delta${g} += ${dot(vector, `gradient[at${g} + c]`, `o[at${g} + c]`)}; }
  if (row${g} < tile.y) { delta[out${g}] = delta${g}; }`,
)}
${repeat(rows, (r) => `  let rowLse${r} = ${ofRow('lse', r)};\n  let rowDelta${r} = ${ofRow('delta', r)};`)}
${keyStepsWgsl(
  variant,
  [
    productsWgsl(variant, [
      { into: 's', row: (g) => `qkv[q${g} + c]`, column: (i) => `qkv[at${i} + keyOffset + c]` },
      { into: 't', row: (g) => `gradient[out${g} * count + c]`, column: (i) => `qkv[at${i} + valueOffset + c]` },
    ]),
    queryScores(variant),
    mixWgsl(variant, 'let at = column * width + keyOffset;', [
      { into: 'dq', weight: 'ds', value: (i) => `qkv[at + chunk${i}]` },
    ]),
  ].join('\n'),
)}
${writeRowsWgsl(variant, (shuffled) => `let at = ${shuffled('q')};`, [
  { from: 'dq', to: (value, i) => `dqkv[at + chunk${i}] = ${value} * params.scale;` },
])}
}`,
  };
}

/** ds = p (t - delta) */
function queryScores({ rows, columns }: LaneVariant): string {
  return repeat(rows, (r) =>
    repeat(
      columns,
      (i) =>
        `let ds${r}_${i} = select(0.0, exp2(s${r}_${i} * scale - rowLse${r}) * (t${r}_${i} - rowDelta${r}), column${i} < limit${r});`,
    ),
  );
}

/** dK and dV, summed over the query heads of the key head. Bindings: qkv, spans, tiles, lse, gradient, delta, dqkv. */
export function laneKeysKernel(variant: LaneVariant): Kernel<typeof attentionParams> {
  const { rows, columns, vector } = variant;
  return {
    name: `attention.keys.${laneVariantName(variant)}`,
    params: attentionParams,
    bindings: keysAccess,
    usesSubgroups: true,
    code: /* wgsl */ `
${keysBindingsWgsl(chunkType(vector))}
@compute @workgroup_size(${laneCount})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
${layoutWgsl}
${chunksWgsl(variant)}
  let stop = spans[tile.x].w;
${repeat(
  rows / laneCount,
  (g) => `  let key${g} = min(tile.x + lane + ${g * laneCount}u, tile.y - 1u) * width + keyOffset;
  let value${g} = key${g} + params.kvHeads * count;`,
)}
${accumulatorsWgsl(variant, 'dk')}
${accumulatorsWgsl(variant, 'dv')}
  for (var head = group.y * ratio; head < (group.y + 1u) * ratio; head++) {
    for (var j = tile.x; j < stop; j += ${laneCount * columns}u) {
${repeat(
  columns,
  (i) => `      let column${i} = j + lane + ${i * laneCount}u;
      let token${i} = min(column${i}, stop - 1u);
      let out${i} = token${i} * params.heads + head;
      let q${i} = token${i} * width + head * count;`,
)}
${productsWgsl(variant, [
  { into: 's', row: (g) => `qkv[key${g} + c]`, column: (i) => `qkv[q${i} + c]` },
  { into: 't', row: (g) => `qkv[value${g} + c]`, column: (i) => `gradient[out${i} * count + c]` },
])}
${keyScores(variant)}
${mixWgsl(variant, 'let q = column * width + head * count;\nlet out = (column * params.heads + head) * count;', [
  { into: 'dv', weight: 'p', value: (i) => `gradient[out + chunk${i}]` },
  { into: 'dk', weight: 'ds', value: (i) => `qkv[q + chunk${i}]` },
])}
    }
  }
${writeRowsWgsl(variant, () => 'let at = (tile.x + r) * width;', [
  { from: 'dk', to: (value, i) => `dqkv[at + keyOffset + chunk${i}] = ${value} * params.scale;` },
  { from: 'dv', to: (value, i) => `dqkv[at + valueOffset + chunk${i}] = ${value};` },
])}
}`,
  };
}

/** p, and ds = p (t - delta), for queries at or after the key */
function keyScores({ rows, columns }: LaneVariant): string {
  return `${repeat(columns, (i) => `let lse${i} = lse[out${i}] * ${log2e}; let delta${i} = delta[out${i}];`)}
${repeat(rows, (r) =>
  repeat(
    columns,
    (
      i,
    ) => `let p${r}_${i} = select(0.0, exp2(s${r}_${i} * scale - lse${i}), column${i} < stop && column${i} >= tile.x + ${r}u);
let ds${r}_${i} = p${r}_${i} * (t${r}_${i} - delta${i});`,
  ),
)}`;
}
