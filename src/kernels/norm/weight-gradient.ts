/**
 * Gradients of a norm's weight and bias, for the full-parameter mode: partial sums over 32 rows each, then their sum, so
 * that the order is fixed. Takes the row statistics that normBackward wrote.
 */
import { grid, gridIndexWgsl, type BufferPart, type Dispatch, type Kernel } from '../../gpu/kernel';
import { blockGrid, blockMainWgsl, blockParams, blockValues, kernelOnce } from '../rows/row-workgroup';
import type { NormShape } from './norm';

const rowsOfPart = 32;
const partialParams = { ...blockParams, allRows: 'u32' } as const;
const sumParams = { width: 'u32', parts: 'u32' } as const;

const columnsOf = (kind: NormShape['kind']) => (kind === 'layer' ? 2 : 1);
const partsOf = (rows: number) => Math.ceil(rows / rowsOfPart);

/** Floats of the scratch buffer `partial`. */
export function normPartialFloats({ kind, rows, width }: Pick<NormShape, 'kind' | 'rows' | 'width'>): number {
  return partsOf(rows) * columnsOf(kind) * width;
}

const partialKernel = (kind: NormShape['kind']): Kernel =>
  kernelOnce(`norm.weight-gradient.partial.${kind}`, () => ({
    params: partialParams,
    bindings: ['read', 'read', 'read', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> statistics: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> partial: array<f32>;
${blockMainWgsl}
  var dWeight = 0.0;
  var dBias = 0.0;
  for (var t = row * ${rowsOfPart}u; t < min((row + 1u) * ${rowsOfPart}u, params.allRows); t++) {
    let d = dy[t * params.width + column];
    dWeight += d * (x[t * params.width + column] - statistics[t].x) * statistics[t].y;
    dBias += d;
  }
  partial[row * ${columnsOf(kind)}u * params.width + column] = dWeight;
  ${kind === 'layer' ? 'partial[(row * 2u + 1u) * params.width + column] = dBias;' : ''}
}`,
  }));

const sumKernel = (kind: NormShape['kind']): Kernel =>
  kernelOnce(`norm.weight-gradient.sum.${kind}`, () => ({
    params: sumParams,
    bindings: kind === 'layer' ? ['read', 'write', 'write'] : ['read', 'write'],
    code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> dWeight: array<f32>;
${kind === 'layer' ? '@group(0) @binding(3) var<storage, read_write> dBias: array<f32>;' : ''}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let column = ${gridIndexWgsl} * 64u + local;
  if (column >= params.width) { return; }
  var weightSum = 0.0;
  var biasSum = 0.0;
  for (var part = 0u; part < params.parts; part++) {
    weightSum += partial[part * ${columnsOf(kind)}u * params.width + column];
    ${kind === 'layer' ? 'biasSum += partial[(part * 2u + 1u) * params.width + column];' : ''}
  }
  dWeight[column] += weightSum;
  ${kind === 'layer' ? 'dBias[column] += biasSum;' : ''}
}`,
  }));

/**
 * dWeight += sum over rows of dy * xhat, dBias += sum over rows of dy (LayerNorm only). Two dispatches.
 * x, dy [rows, width]; statistics [rows, 2] from normBackward; dWeight, dBias [width]; partial: normPartialFloats().
 */
export function normWeightGradient(
  { kind, rows, width }: Pick<NormShape, 'kind' | 'rows' | 'width'>,
  buffers: {
    x: BufferPart;
    dy: BufferPart;
    statistics: BufferPart;
    partial: BufferPart;
    dWeight: BufferPart;
    dBias?: BufferPart;
  },
): [Dispatch, Dispatch] {
  const { x, dy, statistics, partial, dWeight, dBias } = buffers;
  if ((kind === 'layer') !== (dBias !== undefined)) throw new Error('internal: LayerNorm, and only it, has a bias');
  const parts = partsOf(rows);
  const partialFloats = normPartialFloats({ kind, rows, width });
  return [
    {
      kernel: partialKernel(kind),
      buffers: [x, dy, statistics, partial],
      params: { ...blockValues(parts, width), allRows: rows },
      workgroups: blockGrid(parts, width),
      flops: 5 * rows * width,
      bytes: 4 * (2 * rows * width + partialFloats),
    },
    {
      kernel: sumKernel(kind),
      buffers: [partial, dWeight, ...(dBias ? [dBias] : [])],
      params: { width, parts },
      workgroups: grid(Math.ceil(width / 64)),
      flops: partialFloats,
      bytes: 4 * (partialFloats + 2 * columnsOf(kind) * width),
    },
  ];
}
