/**
 * Causal grouped-query attention over spans, forward: online softmax, so the scores exist only in registers and
 * workgroup memory (Dao et al. 2022, algorithm 1; Rabe & Staats 2021). Rows are queries, columns keys; see blocks.ts.
 * Leaves out rotation, and dropout of attention weights (the recipes have none).
 */
import type { Kernel } from '../../gpu/kernel';
import { attentionParams, chosen, chunkType, forwardAccess, forwardBindingsWgsl, ln2, repeat } from './code';
import {
  accumulatorsWgsl,
  acrossLanesWgsl,
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

/** Bindings: qkv, spans, tiles, o, lse. Workgroups: query tiles x kvHeads. */
export function blockForwardKernel(variant: AttentionVariant): Kernel<typeof attentionParams> {
  const { lanesX, lanesY, rows, vector } = variant;
  const groups = rows / 4;
  return {
    name: `attention.forward.${variantName(variant)}`,
    params: attentionParams,
    bindings: forwardAccess,
    code: /* wgsl */ `
${forwardBindingsWgsl(chunkType(vector))}
${sharedWgsl(variant, ['weights'])}
${partialsWgsl(variant)}
@compute @workgroup_size(${lanesX * lanesY})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
${laneWgsl(variant)}
${queryRowsWgsl(variant)}
${accumulatorsWgsl(variant, 'o')}
${repeat(groups, (g) => `  var max${g} = vec4(lowest); var sum${g} = vec4<f32>();`)}
${keyStepsWgsl(
  variant,
  [
    productsWgsl(variant, [{ into: 's', row: (r) => `qkv[q${r} + c]`, column: (i) => `qkv[at${i} + keyOffset + c]` }]),
    softmax(variant),
    'workgroupBarrier();',
    mixWgsl(variant, [
      { into: 'o', shared: 'weights', value: (i) => `qkv[(j + k) * width + valueOffset + chunk${i}]` },
    ]),
  ].join('\n'),
)}
  workgroupBarrier();
${acrossLanesWgsl(variant, 'sum', 'total', (a, b) => `${a} + ${b}`)}
${repeat(groups, (g) => `  let lse${g} = (max${g} + log2(total${g})) * ${ln2};`)}
${writeRowsWgsl(
  variant,
  `let out = ${chosen(rows, 'r', (r) => `out${r}`)};
let normal = 1.0 / ${chosen(rows, 'r', (r) => ofRow('total', r))};
if (x == 0u) { lse[out] = ${chosen(rows, 'r', (r) => ofRow('lse', r))}; }`,
  [{ from: 'o', to: (value, i) => `o[out * count + chunk${i}] = ${value} * normal;` }],
)}
}`,
  };
}

/**
 * Weights 2^(s - max) of a step, with the new maximum of each row over all lanes; what was summed with the old maximum is
 * corrected. Each lane keeps its own columns' part of the sum. `partials` was last read before the barrier of the last step.
 */
function softmax(variant: AttentionVariant): string {
  const { lanesX, rows, columns, chunks } = variant;
  const groups = rows / 4;
  return `${repeat(groups, (g) =>
    repeat(columns, (i) => `s${g}_${i} = select(vec4(lowest), s${g}_${i} * scale, vec4(column${i}) < limit${g});`),
  )}
${repeat(groups, (g) => `var step${g} = s${g}_0;\n${repeat(columns - 1, (i) => `step${g} = max(step${g}, s${g}_${i + 1});`)}`)}
${acrossLanesWgsl(variant, 'step', 'top', (a, b) => `max(${a}, ${b})`)}
${repeat(
  groups,
  (g) => `let next${g} = max(max${g}, top${g});
let fix${g} = exp2(max${g} - next${g});
max${g} = next${g};
sum${g} *= fix${g};
${repeat(
  columns,
  (i) => `let p${g}_${i} = exp2(s${g}_${i} - next${g});
sum${g} += p${g}_${i};
weights[${sharedAt(variant, `x + ${i * lanesX}u`, g)}] = p${g}_${i};`,
)}`,
)}
${repeat(rows, (r) => repeat(chunks, (i) => `o${r}_${i} *= ${ofRow('fix', r)};`))}`;
}
