/**
 * The gradients of the query and key norms' weights, for the full-parameter mode: dw = sum over tokens and heads of g x r, with
 * g the gradient of the norm's output. Rows (heads of tokens) are shared out over a fixed number of workgroups, whose partial
 * sums a second kernel adds up: a fixed order of additions, without atomics.
 */
import type { Kernel } from '../../gpu/kernel';

/** Workgroups for each of the two norms. */
export const normChunks = 64;
const lanes = 64;

export const normGradientParams = {
  tokens: 'u32',
  heads: 'u32',
  kvHeads: 'u32',
  epsilon: 'f32',
} as const;

/** Bindings: raw qkv, dqkv of the rotated one, positions, cos, sin, partial [2, normChunks, d]. Workgroups: normChunks x 2. */
export function normPartialKernel(headDim: number): Kernel<typeof normGradientParams> {
  const half = headDim / 2;
  const passes = Array.from({ length: Math.ceil(half / lanes) }, (_, i) => i);
  return {
    name: `rope.norm-partial.d${headDim}`,
    params: normGradientParams,
    bindings: ['read', 'read', 'read', 'read', 'read', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> raw: array<f32>;
@group(0) @binding(2) var<storage, read> dqkv: array<f32>;
@group(0) @binding(3) var<storage, read> positions: array<u32>;
@group(0) @binding(4) var<storage, read> cosines: array<f32>;
@group(0) @binding(5) var<storage, read> sines: array<f32>;
@group(0) @binding(6) var<storage, read_write> partial: array<f32>;
var<workgroup> inverse: array<f32, ${lanes}>;
var<workgroup> starts: array<u32, ${lanes}>;
var<workgroup> tables: array<u32, ${lanes}>;
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let heads = select(params.kvHeads, params.heads, group.y == 0u);
  let firstSlot = select(params.heads, 0u, group.y == 0u);
  let width = (params.heads + 2u * params.kvHeads) * ${headDim}u;
  let rows = params.tokens * heads;
  let share = (rows + ${normChunks - 1}u) / ${normChunks}u;
  let stop = min((group.x + 1u) * share, rows);
${passes.map((pass) => `  var low${pass} = 0.0; var high${pass} = 0.0;`).join('\n')}
  for (var first = group.x * share; first < stop; first += ${lanes}u) {
    let row = min(first + lane, stop - 1u);
    let token = row / heads;
    let start = token * width + (firstSlot + row % heads) * ${headDim}u;
    var squares = 0.0;
    for (var i = 0u; i < ${headDim}u; i++) { squares += raw[start + i] * raw[start + i]; }
    workgroupBarrier();
    inverse[lane] = inverseSqrt(squares / ${headDim}.0 + params.epsilon);
    starts[lane] = start;
    tables[lane] = positions[token] * ${headDim}u;
    workgroupBarrier();
    for (var k = 0u; k < min(stop - first, ${lanes}u); k++) {
${passes
  .map(
    (pass) => `      {
        let i = min(lane + ${pass * lanes}u, ${half - 1}u);
        let at = starts[k] + i;
        let c = cosines[tables[k] + i];
        let s = sines[tables[k] + i];
        low${pass} += (dqkv[at] * c + dqkv[at + ${half}u] * s) * raw[at] * inverse[k];
        high${pass} += (dqkv[at + ${half}u] * c - dqkv[at] * s) * raw[at + ${half}u] * inverse[k];
      }`,
  )
  .join('\n')}
    }
  }
  let into = (group.y * ${normChunks}u + group.x) * ${headDim}u + lane;
${passes
  .map(
    (pass) => `  if (lane + ${pass * lanes}u < ${half}u) {
    partial[into + ${pass * lanes}u] = low${pass};
    partial[into + ${pass * lanes + half}u] = high${pass};
  }`,
  )
  .join('\n')}
}`,
  };
}

export const normSumParams = { headDim: 'u32', firstChunk: 'u32' } as const;

/** gradient [d] += the sum of the chunks of one norm. Bindings: partial, gradient. */
export const normSumKernel: Kernel<typeof normSumParams> = {
  name: 'rope.norm-sum',
  params: normSumParams,
  bindings: ['read', 'write'],
  code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradient: array<f32>;
@compute @workgroup_size(${lanes})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.headDim) { return; }
  var sum = 0.0;
  for (var chunk = 0u; chunk < ${normChunks}u; chunk++) { sum += partial[(params.firstChunk + chunk) * params.headDim + id.x]; }
  gradient[id.x] += sum;
}`,
};
