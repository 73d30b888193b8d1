/**
 * Token embedding, with GPT-2's learned positions where there are: rows of a table of halves (or trained fp32) to fp32.
 * Its gradient, for the full-parameter mode, is addRows() of ../rows with groupTargets(tokens) and with
 * groupTargets(positions).
 */
import type { BufferPart, Dispatch, Kernel, WeightType } from '../../gpu/kernel';
import { blockGrid, blockMainWgsl, blockParams, blockValues, kernelOnce } from '../rows/row-workgroup';

const params = { ...blockParams, floats: 'u32', tableStride: 'u32', positionStride: 'u32' } as const;

/** WGSL type of two neighbours of a table, and how they are read as fp32 at `row` and pair `column`. */
const pairs = {
  packed: { type: 'u32', read: (table: string, at: string) => `unpack2x16float(${table}[(${at}) / 2u])` },
  native: { type: 'vec2<f16>', read: (table: string, at: string) => `vec2<f32>(${table}[(${at}) / 2u])` },
  f32: { type: 'f32', read: (table: string, at: string) => `vec2<f32>(${table}[${at}], ${table}[${at} + 1u])` },
} as const;

const embedKernel = (weightType: WeightType, positions: boolean): Kernel =>
  kernelOnce(`embedding.${weightType}${positions ? '.positions' : ''}`, () => {
    const { type, read } = pairs[weightType];
    return {
      params,
      bindings: positions ? ['read', 'read', 'write', 'read', 'read'] : ['read', 'read', 'write'],
      usesF16: weightType === 'native',
      code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> tokens: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<${type}>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>;
${
  positions
    ? `@group(0) @binding(4) var<storage, read> positions: array<u32>;
@group(0) @binding(5) var<storage, read> positionTable: array<${type}>;`
    : ''
}
${blockMainWgsl}
  var pair = ${read('table', 'tokens[row] * params.tableStride + 2u * column')};
  ${positions ? `pair += ${read('positionTable', 'positions[row] * params.positionStride + 2u * column')};` : ''}
  let at = row * params.floats + 2u * column;
  x[at] = pair.x;
  if (2u * column + 1u < params.floats) { x[at + 1u] = pair.y; }
}`,
    };
  });

/**
 * x[t] = table[tokens[t]] (+ positionTable[positions[t]]).
 * @param shape rows: tokens; strides in elements, a multiple of 8 for halves, the width for 'f32'
 * @param buffers tokens, positions u32 [rows]; table [vocabulary, tableStride]; positionTable [positions, positionStride],
 *   of the same type; x f32 [rows, width]
 */
export function embed(
  shape: { rows: number; width: number; weightType: WeightType; tableStride: number; positionStride?: number },
  buffers: { tokens: BufferPart; table: BufferPart; x: BufferPart; positions?: BufferPart; positionTable?: BufferPart },
): Dispatch {
  const { rows, width, weightType, tableStride, positionStride = 0 } = shape;
  const { tokens, table, x, positions, positionTable } = buffers;
  const learned = positions && positionTable ? [positions, positionTable] : [];
  const tables = 1 + learned.length / 2;
  return {
    kernel: embedKernel(weightType, learned.length > 0),
    buffers: [tokens, table, x, ...learned],
    params: { ...blockValues(rows, Math.ceil(width / 2)), floats: width, tableStride, positionStride },
    workgroups: blockGrid(rows, Math.ceil(width / 2)),
    flops: (tables - 1) * rows * width,
    bytes: rows * (width * (4 + tables * (weightType === 'f32' ? 4 : 2)) + 4 * tables),
  };
}
