/**
 * Attention backward in two kernels, each with one writer per element, so it is deterministic (Dao et al. 2022,
 * algorithm 4, without atomics). With s = q.k / sqrt(d), p = exp(s - lse), delta = dO.O, dS = p (dO.v - delta):
 * dQ = sum dS k / sqrt(d), with queries as rows; dK = sum dS q / sqrt(d) and dV = sum p dO, with keys as rows.
 * Scores are recomputed; saved are qkv, o and lse.
 */
import type { Kernel } from '../../gpu/kernel';
import {
  attentionParams,
  chosen,
  chunkType,
  dot,
  keysAccess,
  keysBindingsWgsl,
  log2e,
  queriesAccess,
  queriesBindingsWgsl,
  repeat,
} from './code';
import {
  accumulatorsWgsl,
  acrossLanesWgsl,
  group4,
  keyStepsWgsl,
  laneWgsl,
  mixWgsl,
  ofRow,
  partialsWgsl,
  productsWgsl,
  queryRowsWgsl,
  sharedAt,
  sharedWgsl,
  variantName,
  writeRowsWgsl,
  type AttentionVariant,
} from './blocks';

/** dQ, and delta [T, heads] for the keys' kernel. Bindings: qkv, spans, tiles, o, lse, gradient, delta, dqkv. */
export function blockQueriesKernel(variant: AttentionVariant): Kernel<typeof attentionParams> {
  const { lanesX, lanesY, rows, vector } = variant;
  return {
    name: `attention.queries.${variantName(variant)}`,
    params: attentionParams,
    bindings: queriesAccess,
    code: /* wgsl */ `
${queriesBindingsWgsl(chunkType(vector))}
${sharedWgsl(variant, ['weights'])}
${partialsWgsl(variant)}
@compute @workgroup_size(${lanesX * lanesY})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
${laneWgsl(variant)}
${queryRowsWgsl(variant)}
${accumulatorsWgsl(variant, 'dq')}
${deltas(variant)}
${keyStepsWgsl(
  variant,
  [
    productsWgsl(variant, [
      { into: 's', row: (r) => `qkv[q${r} + c]`, column: (i) => `qkv[at${i} + keyOffset + c]` },
      { into: 't', row: (r) => `gradient[out${r} * count + c]`, column: (i) => `qkv[at${i} + valueOffset + c]` },
    ]),
    'workgroupBarrier();',
    queryScores(variant),
    'workgroupBarrier();',
    mixWgsl(variant, [{ into: 'dq', shared: 'weights', value: (i) => `qkv[(j + k) * width + keyOffset + chunk${i}]` }]),
  ].join('\n'),
)}
${writeRowsWgsl(
  variant,
  `let q = ${chosen(rows, 'r', (r) => `q${r}`)};
if (x == 0u) { delta[${chosen(rows, 'r', (r) => `out${r}`)}] = ${chosen(rows, 'r', (r) => ofRow('delta', r))}; }`,
  [{ from: 'dq', to: (value, i) => `dqkv[q + chunk${i}] = ${value} * params.scale;` }],
)}
}`,
  };
}

/** lse{g} in powers of two, and delta{g} = dO.O of the row groups. */
function deltas(variant: AttentionVariant): string {
  const { lanesX, rows, vector } = variant;
  const product = (r: number) => {
    const at = `out${r} * count + c`;
    return dot(vector, `gradient[${at}]`, `o[${at}]`);
  };
  return `${repeat(rows / 4, (g) => `  let lse${g} = vec4${group4(g, (r) => `lse[out${r}]`)} * ${log2e};\n  var part${g} = vec4<f32>();`)}
  for (var c = x; c < count; c += ${lanesX}u) {
${repeat(rows / 4, (g) => `    part${g} += vec4${group4(g, product)};`)}
  }
${acrossLanesWgsl(variant, 'part', 'delta', (a, b) => `${a} + ${b}`)}`;
}

/** weights = dS = p (t - delta) */
function queryScores(variant: AttentionVariant): string {
  const { lanesX, rows, columns } = variant;
  return repeat(rows / 4, (g) =>
    repeat(
      columns,
      (i) => `let p${g}_${i} = exp2(s${g}_${i} * scale - lse${g});
weights[${sharedAt(variant, `x + ${i * lanesX}u`, g)}] =
  select(vec4<f32>(), p${g}_${i} * (t${g}_${i} - delta${g}), vec4(column${i}) < limit${g});`,
    ),
  );
}

/** dK and dV, summed over the query heads of the key head. Bindings: qkv, spans, tiles, lse, gradient, delta, dqkv. */
export function blockKeysKernel(variant: AttentionVariant): Kernel<typeof attentionParams> {
  const { lanesX, lanesY, rows, columns, vector } = variant;
  return {
    name: `attention.keys.${variantName(variant)}`,
    params: attentionParams,
    bindings: keysAccess,
    code: /* wgsl */ `
${keysBindingsWgsl(chunkType(vector))}
${sharedWgsl(variant, ['weights', 'slopes'])}
@compute @workgroup_size(${lanesX * lanesY})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
${laneWgsl(variant)}
  let firstRow = tile.x + y * ${rows}u;
  let stop = spans[tile.x].w;
${repeat(rows, (r) => `  let key${r} = min(firstRow + ${r}u, tile.y - 1u);\n  let at${r} = key${r} * width;`)}
${repeat(rows / 4, (g) => `  let keys${g} = vec4<u32>${group4(g, (r) => `key${r}`)};`)}
${accumulatorsWgsl(variant, 'dk')}
${accumulatorsWgsl(variant, 'dv')}
  for (var head = group.y * ratio; head < (group.y + 1u) * ratio; head++) {
    for (var j = tile.x; j < stop; j += ${lanesX * columns}u) {
${repeat(
  columns,
  (i) => `      let column${i} = j + x + ${i * lanesX}u;
      let token${i} = min(column${i}, stop - 1u);
      let out${i} = token${i} * params.heads + head;
      let q${i} = token${i} * width + head * count;`,
)}
      let taken = min(stop - j, ${lanesX * columns}u);
${productsWgsl(variant, [
  { into: 's', row: (r) => `qkv[at${r} + keyOffset + c]`, column: (i) => `qkv[q${i} + c]` },
  { into: 't', row: (r) => `qkv[at${r} + valueOffset + c]`, column: (i) => `gradient[out${i} * count + c]` },
])}
      workgroupBarrier();
${keyScores(variant)}
      workgroupBarrier();
${mixWgsl(variant, [
  { into: 'dv', shared: 'weights', value: (i) => `gradient[((j + k) * params.heads + head) * count + chunk${i}]` },
  { into: 'dk', shared: 'slopes', value: (i) => `qkv[(j + k) * width + head * count + chunk${i}]` },
])}
    }
  }
${writeRowsWgsl(variant, 'let at = (firstRow + r) * width;', [
  { from: 'dk', to: (value, i) => `dqkv[at + keyOffset + chunk${i}] = ${value} * params.scale;` },
  { from: 'dv', to: (value, i) => `dqkv[at + valueOffset + chunk${i}] = ${value};` },
])}
}`,
  };
}

/** weights = p and slopes = dS = p (t - delta), for queries at or after the key */
function keyScores(variant: AttentionVariant): string {
  const { lanesX, rows, columns } = variant;
  return `${repeat(columns, (i) => `let lse${i} = lse[out${i}] * ${log2e}; let delta${i} = delta[out${i}];`)}
${repeat(rows / 4, (g) =>
  repeat(
    columns,
    (i) => `let p${g}_${i} = select(vec4<f32>(), exp2(s${g}_${i} * scale - lse${i}), vec4(column${i}) >= keys${g});
weights[${sharedAt(variant, `x + ${i * lanesX}u`, g)}] = p${g}_${i};
slopes[${sharedAt(variant, `x + ${i * lanesX}u`, g)}] = p${g}_${i} * (t${g}_${i} - delta${i});`,
  ),
)}`;
}
