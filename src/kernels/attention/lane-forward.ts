/** Attention forward in the style of lanes.ts; the algorithm is that of block-forward.ts. */
import type { Kernel } from '../../gpu/kernel';
import {
  attentionParams,
  chosen,
  chunkType,
  forwardAccess,
  forwardBindingsWgsl,
  layoutWgsl,
  ln2,
  repeat,
} from './code';
import {
  accumulatorsWgsl,
  acrossLanesWgsl,
  chunksWgsl,
  keyStepsWgsl,
  laneCount,
  laneVariantName,
  mixWgsl,
  productsWgsl,
  queryRowsWgsl,
  writeRowsWgsl,
  type LaneVariant,
} from './lanes';

/** Bindings: qkv, spans, tiles, o, lse. Workgroups: query tiles x kvHeads. */
export function laneForwardKernel(variant: LaneVariant): Kernel<typeof attentionParams> {
  const { rows, vector } = variant;
  return {
    name: `attention.forward.${laneVariantName(variant)}`,
    params: attentionParams,
    bindings: forwardAccess,
    usesSubgroups: true,
    code: /* wgsl */ `
${forwardBindingsWgsl(chunkType(vector))}
@compute @workgroup_size(${laneCount})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
${layoutWgsl}
${chunksWgsl(variant)}
${queryRowsWgsl(variant)}
${accumulatorsWgsl(variant, 'o')}
${repeat(rows, (r) => `  var max${r} = lowest; var sum${r} = 0.0;`)}
${keyStepsWgsl(
  variant,
  [
    productsWgsl(variant, [{ into: 's', row: (g) => `qkv[q${g} + c]`, column: (i) => `qkv[at${i} + keyOffset + c]` }]),
    softmax(variant),
    mixWgsl(variant, 'let at = column * width + valueOffset;', [
      { into: 'o', weight: 'p', value: (i) => `qkv[at + chunk${i}]` },
    ]),
  ].join('\n'),
)}
${repeat(
  rows,
  (r) => `${acrossLanesWgsl(`sum${r}`, (a, b) => `${a} + ${b}`)}
  let lse${r} = (max${r} + log2(sum${r})) * ${ln2};`,
)}
${repeat(
  rows / laneCount,
  (g) => `  if (row${g} < tile.y) { lse[out${g}] = ${chosen(laneCount, 'lane', (l) => `lse${g * laneCount + l}`)}; }`,
)}
${writeRowsWgsl(
  variant,
  (ofRow) => `let at = ${ofRow('out')} * count;\nlet normal = 1.0 / ${chosen(rows, 'r', (r) => `sum${r}`)};`,
  [{ from: 'o', to: (value, i) => `o[at + chunk${i}] = ${value} * normal;` }],
)}
}`,
  };
}

/** Weights p 2^(s - max) of a step, with the new maximum of each row over all lanes; each lane sums its own columns. */
function softmax({ rows, columns, chunks }: LaneVariant): string {
  return repeat(
    rows,
    (r) => `${repeat(columns, (i) => `s${r}_${i} = select(lowest, s${r}_${i} * scale, column${i} < limit${r});`)}
var next${r} = s${r}_0;
${repeat(columns - 1, (i) => `next${r} = max(next${r}, s${r}_${i + 1});`)}
${acrossLanesWgsl(`next${r}`, (a, b) => `max(${a}, ${b})`)}
next${r} = max(next${r}, max${r});
let fix${r} = exp2(max${r} - next${r});
max${r} = next${r};
sum${r} *= fix${r};
${repeat(columns, (i) => `let p${r}_${i} = exp2(s${r}_${i} - next${r});\nsum${r} += p${r}_${i};`)}
${repeat(chunks, (i) => `o${r}_${i} *= fix${r};`)}`,
  );
}
