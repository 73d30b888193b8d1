/**
 * A norm and the way into the low-rank space of the map that reads it, in one dispatch: a decode step has few rows, and
 * its time goes into dispatches. Forward only and without dropout; training uses ../norm and ../lora.
 */
import type { BufferPart, Dispatch, Kernel } from '../../gpu/kernel';
import type { NormShape } from '../norm/norm';
import { elementOf, kernelOnce, reduceWgsl, totalWgsl, type Element } from '../rows/row-workgroup';
import { unroll } from '../weight-gradient/unroll';

const lanes = 64;
/** Rows and ranks of a workgroup: each element of A that is read serves so many rows, each of x so many ranks. */
const groupRows = 4;
const groupRanks = 8;

const params = { rows: 'u32', width: 'u32', ranks: 'u32', floats: 'f32', epsilon: 'f32' } as const;

/** `name`: the mean over each row of `value` of its element, where `v` is the element of row `i`; one component a row. */
const meanWgsl = (name: string, value: string) => /* wgsl */ `
  var ${name} = vec4<f32>();
  for (var k = local; k < params.width; k += ${lanes}u) {
    ${unroll(groupRows, (i) => `{ let v = x[start${i} + k]${name === 'mean' ? '' : ` - mean[${i}]`}; ${name}[${i}] += ${value}; }`)}
  }
  ${name} = reduce(${name}, local) / params.floats;`;

/** The lanes' products go to workgroup memory; then each lane adds up one output. */
const storeWgsl = /* wgsl */ `
  ${unroll(groupRows, (i) => unroll(groupRanks, (j) => `sums[${(i * groupRanks + j) * (lanes + 1)}u + local] = sum${i}_${j};`))}
  workgroupBarrier();
  let row = firstRow + local / ${groupRanks}u;
  let rank = firstRank + local % ${groupRanks}u;
  if (local < ${groupRows * groupRanks}u && row < params.rows && rank < params.ranks) {
    var sum = 0.0;
    for (var i = 0u; i < ${lanes}u; i++) { sum += sums[local * ${lanes + 1}u + i]; }
    u[row * params.ranks + rank] = sum;
  }`;

function kernelFor(kind: NormShape['kind'], element: Element): Kernel {
  const layer = kind === 'layer';
  const array = `array<${element.type}>`;
  return kernelOnce(`normDown.${kind}.${element.name}`, () => ({
    params,
    bindings: layer ? ['read', 'read', 'read', 'write', 'write', 'read'] : ['read', 'read', 'read', 'write', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> x: ${array};
@group(0) @binding(2) var<storage, read> weight: ${array};
@group(0) @binding(3) var<storage, read> a: ${array};
@group(0) @binding(4) var<storage, read_write> y: ${array};
@group(0) @binding(5) var<storage, read_write> u: array<f32>;
${layer ? `@group(0) @binding(6) var<storage, read> bias: ${array};` : ''}
var<workgroup> sums: array<f32, ${groupRows * groupRanks * (lanes + 1)}>;
fn merge(p: vec4<f32>, q: vec4<f32>) -> vec4<f32> { return p + q; }
${totalWgsl(element)}
${reduceWgsl('vec4<f32>', lanes)}
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let firstRow = group.x * ${groupRows}u;
  let firstRank = group.y * ${groupRanks}u;
  ${unroll(groupRows, (i) => `let start${i} = min(firstRow + ${i}u, params.rows - 1u) * params.width;`)}
  ${layer ? meanWgsl('mean', 'total(v)') : 'let mean = vec4<f32>();'}
  ${meanWgsl('square', 'total(v * v)')}
  let scale = inverseSqrt(square + params.epsilon);
  ${unroll(groupRows, (i) => unroll(groupRanks, (j) => `var sum${i}_${j} = 0.0;`))}
  for (var k = local; k < params.width; k += ${lanes}u) {
    ${unroll(groupRows, (i) => `let n${i} = (x[start${i} + k] - mean[${i}]) * scale[${i}] * weight[k]${layer ? ' + bias[k]' : ''};`)}
    if (group.y == 0u) {
      ${unroll(groupRows, (i) => `if (firstRow + ${i}u < params.rows) { y[start${i} + k] = n${i}; }`)}
    }
    ${unroll(groupRanks, (j) => `let a${j} = a[min(firstRank + ${j}u, params.ranks - 1u) * params.width + k];`)}
    ${unroll(groupRows, (i) => unroll(groupRanks, (j) => `sum${i}_${j} += total(n${i} * a${j});`))}
  }
  ${storeWgsl}
}`,
  }));
}

export interface NormDownBuffers {
  /** [rows, width] */
  x: BufferPart;
  /** [width] */
  weight: BufferPart;
  /** [width]; LayerNorm's. */
  bias?: BufferPart | undefined;
  /** [ranks, width]: the A matrices of the map. */
  a: BufferPart;
  /** [rows, width], written. */
  y: BufferPart;
  /** [rows, ranks], written. */
  u: BufferPart;
}

/** y = norm(x) as normForward, u[t, j] = sum_k y[t, k] a[j, k] as loraDown. A row's results depend on no other row. */
export function normDown(shape: NormShape, ranks: number, buffers: NormDownBuffers): Dispatch {
  const { kind, rows, width, epsilon } = shape;
  const { x, weight, bias, a, y, u } = buffers;
  if ((kind === 'layer') !== (bias !== undefined)) throw new Error('internal: LayerNorm, and only it, has a bias');
  const element = elementOf(width);
  return {
    kernel: kernelFor(kind, element),
    buffers: bias ? [x, weight, a, y, u, bias] : [x, weight, a, y, u],
    params: { rows, width: width / element.floats, ranks, floats: width, epsilon },
    workgroups: [Math.ceil(rows / groupRows), Math.ceil(ranks / groupRanks)],
    flops: 6 * rows * width + 2 * rows * width * ranks,
    bytes: 4 * (2 * rows * width + 2 * width + ranks * width + rows * ranks),
  };
}
