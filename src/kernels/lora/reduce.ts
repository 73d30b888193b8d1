/**
 * WGSL of the two LoRA products with few outputs and a long sum: U = dropout(X) A^T and dU = scale dY B. A lane holds
 * tokens x ranks sums; 1 or 32 lanes share out the long axis in blocks of 4, and are added in order at the end. Leaves
 * out the host; see down.ts and up-backward.ts.
 */
import { pickWgsl, unroll } from '../weight-gradient/unroll';
import type { ReduceTile } from './tiles';

/** Tokens one workgroup covers. */
export const tokensOf = ({ tokens, lanes, workgroup }: ReduceTile): number => (workgroup / lanes) * tokens;

export interface Reduction {
  tile: ReduceTile;
  /** Rows of x begin, and the summed range begins and ends, at multiples of 4: x is read as vectors. */
  vectors: boolean;
  /** WGSL functions that the texts below use. */
  functions: string;
  /** WGSL that defines, uniformly, `start` and `end` (the summed range of x's columns), `firstRank` and `rankEnd`; may return. */
  prologue: string;
  /** WGSL that reads the other factor for the block at column `k`. */
  loads: string;
  /** WGSL that adds to the sums of token `i` (4 ranks each: sum{i}_{g}) its block of x, the vec4 `x{i}`. */
  multiplyAdd: (token: number) => string;
  /** WGSL factor of x at (`t`, `k`): a vec4, or absent. */
  factor?: (token: string) => string;
  /** WGSL factor of the result, or absent. */
  scale?: string;
  /** WGSL index of the output of token `t` and rank `rank`. */
  element: string;
}

/** Needs params `tokens`, `width`; bindings 1 x, 3 output; 2, the other factor, is the caller's. */
export function reductionWgsl(reduction: Reduction): string {
  const { tile, vectors, functions, prologue, loads, multiplyAdd, factor } = reduction;
  const { tokens, ranks, lanes, workgroup } = tile;
  const groups = workgroup / lanes;
  const token = (i: number) => `min(group.x * ${groups * tokens}u + ${i * groups}u + owner, params.tokens - 1u)`;
  return /* wgsl */ `
@group(0) @binding(1) var<storage, read> x: array<${vectors ? 'vec4<f32>' : 'f32'}>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;
${lanes > 1 ? `var<workgroup> sums: array<f32, ${tokens * ranks * (workgroup + 1)}>;` : ''}
${vectors ? '' : guardedLoadWgsl}
${functions}
@compute @workgroup_size(${workgroup})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  ${prologue}
  let owner = ${lanes > 1 ? `local / ${lanes}u` : 'local'};
  ${unroll(tokens, (i) => `let t${i} = ${token(i)};`)}
  ${unroll(tokens, (i) => unroll(ranks / 4, (g) => `var sum${i}_${g} = vec4<f32>();`))}
  for (var k = start${lanes > 1 ? ` + local % ${lanes}u * 4u` : ''}; k < end; k += ${4 * lanes}u) {
    ${loads}
    ${unroll(tokens, (i) => `let x${i} = ${vectors ? `x[(t${i} * params.width + k) >> 2u]` : `xAt(t${i} * params.width, k, end)`}${factor ? ` * ${factor(`t${i}`)}` : ''};`)}
    ${unroll(tokens, multiplyAdd)}
  }
  ${lanes > 1 ? storeShared(reduction) : storeOwn(reduction)}
}`;
}

/** Columns from `end` on count as zero, whatever lies there. */
const guardedLoadWgsl = /* wgsl */ `
fn xAt(row: u32, k: u32, end: u32) -> vec4<f32> {
  let columns = vec4<u32>(k, k + 1u, k + 2u, k + 3u);
  let at = row + columns;
  return select(vec4<f32>(), vec4<f32>(x[at.x], x[at.y], x[at.z], x[at.w]), columns < vec4<u32>(end));
}`;

/** A token at a time, in a loop whose length compilers do not know: unrolled, stores take much of the compile time. */
function storeOwn({ tile, element, scale }: Reduction): string {
  const { tokens, ranks, workgroup } = tile;
  const sums = (g: number) => Array.from({ length: tokens }, (_, i) => `sum${i}_${g}`);
  const store = (j: number) => `rank = firstRank + ${j}u;
    if (rank < rankEnd) { output[${element}] = value${j >> 2}[${j & 3}]; }`;
  return /* wgsl */ `
  let storeEnd = min(params.tokens, (group.x + 1u) * ${workgroup * tokens}u);
  for (var t = group.x * ${workgroup * tokens}u + local; t < storeEnd; t += ${workgroup}u) {
    let i = t / ${workgroup}u % ${tokens}u;
    ${unroll(ranks / 4, (g) => `let value${g} = ${pickWgsl('i', sums(g))}${scale ? ` * ${scale}` : ''};`)}
    var rank = 0u;
    ${unroll(ranks, store)}
  }`;
}

/** All sums go to workgroup memory; then each lane adds up the lanes of one output at a time. */
function storeShared({ tile, element, scale }: Reduction): string {
  const { tokens, ranks, lanes, workgroup } = tile;
  const groups = workgroup / lanes;
  const stride = workgroup + 1;
  return /* wgsl */ `
  ${unroll(tokens, (i) => unroll(ranks, (j) => `sums[${(i * ranks + j) * stride}u + local] = sum${i}_${j >> 2}[${j & 3}];`))}
  workgroupBarrier();
  for (var o = local; o < ${groups * tokens * ranks}u; o += ${workgroup}u) {
    let rank = firstRank + o % ${ranks}u;
    let t = group.x * ${groups * tokens}u + o / ${ranks}u;
    if (rank >= rankEnd || t >= params.tokens) { continue; }
    let first = ((o / ${ranks * groups}u) * ${ranks}u + o % ${ranks}u) * ${stride}u + (o / ${ranks}u) % ${groups}u * ${lanes}u;
    var sum = 0.0;
    for (var i = 0u; i < ${lanes}u; i++) { sum += sums[first + i]; }
    output[${element}] = sum${scale ? ` * ${scale}` : ''};
  }`;
}
