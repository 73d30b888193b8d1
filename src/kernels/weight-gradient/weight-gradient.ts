/**
 * Gradients of weights and biases over tokens, for training all parameters. Both add to what is there, so that
 * micro-batches and branches accumulate. Leaves out LoRA factors; see ../lora/gradients.ts.
 */
import { grid, gridIndexWgsl, type BufferPart, type Dispatch, type Kernel } from '../../gpu/kernel';
import { columnsOf, outerProductWgsl } from './outer-product';
import { shuffledProductWgsl, shuffledTile } from './shuffled-product';

const productParams = {
  tokens: 'u32',
  narrowStride: 'u32',
  wideStride: 'u32',
  rows: 'u32',
  firstRow: 'u32',
  resultRow: 'u32',
} as const;

/** Larger tiles read less a multiply-add; smaller ones give more workgroups. */
const tileRowsOf = (rows: number, columns: number) => (rows * columns >= 2 ** 19 ? 16 : 8);

const kernels = new Map<string, Kernel<typeof productParams>>();

function weightGradientKernel(tileRows: number, columns: 1 | 4, narrowVectors: boolean): Kernel<typeof productParams> {
  const name = `weightGradient.${tileRows}x${columns}${narrowVectors ? '.vectors' : ''}`;
  const known = kernels.get(name);
  if (known) return known;
  const kernel: Kernel<typeof productParams> = {
    name,
    bindings: ['read', 'read', 'write'],
    params: productParams,
    code: outerProductWgsl({
      rows: tileRows,
      columns,
      slices: 1,
      narrowVectors,
      layout: 'rows',
      prologue: /* wgsl */ `
  let firstRow = params.firstRow + group.y * ${tileRows}u;
  let rowEnd = params.rows;
  let columnStart = 0u;
  let columnEnd = params.wideStride;`,
      element: (row, column) => `(params.resultRow + ${row}) * params.wideStride + ${column}`,
    }),
  };
  kernels.set(name, kernel);
  return kernel;
}

const shuffledKernel: Kernel<typeof productParams> = {
  name: 'weightGradient.shuffled',
  bindings: ['read', 'read', 'write'],
  params: productParams,
  code: shuffledProductWgsl,
  usesSubgroups: true,
};

/** The kernel for a product, and the rows and columns that one of its workgroups covers. */
function productTile(rows: number, columns: number, shuffle: boolean) {
  if (shuffle && rows % 4 === 0 && columns % 4 === 0) return { kernel: shuffledKernel, ...shuffledTile };
  const tile = columns % 4 === 0 ? 4 : 1;
  const tileRows = tileRowsOf(rows, columns);
  return { kernel: weightGradientKernel(tileRows, tile, rows % 4 === 0), rows: tileRows, columns: columnsOf(tile) };
}

export interface WeightGradient {
  /** [tokens, rows]: the gradient of the outputs of a weight stored [out, in], or the inputs of one stored [in, out]. */
  p: BufferPart;
  /** [tokens, columns]: the other one. */
  q: BufferPart;
  /** [at least firstRow + rows, columns], unpadded rows; added to. */
  gradient: BufferPart;
  tokens: number;
  rows: number;
  columns: number;
  /** Row of `gradient` that row 0 of the product is added to: the start of a chunk of the vocabulary. 0 when absent. */
  firstRow?: number;
  /** Splits into dispatches of at most about this many floating-point operations. One dispatch when absent. */
  maxFlops?: number;
  /** The adapter computes on the CPU and has subgroups of at least 8 lanes. */
  shuffle?: boolean;
}

/** gradient[firstRow + m, k] += sum_t p[t, m] q[t, k]: the gradient of y = q p^T's weight, for every linear map and head. */
export function weightGradient(work: WeightGradient): Dispatch<typeof productParams>[] {
  const { p, q, gradient, tokens, rows, columns, firstRow = 0, maxFlops = Infinity, shuffle = false } = work;
  if (tokens === 0) return [];
  const tile = productTile(rows, columns, shuffle);
  const tiles = Math.ceil(rows / tile.rows);
  const tilesEach = Math.max(1, Math.min(tiles, Math.floor(maxFlops / (2 * tokens * columns * tile.rows))));
  return Array.from({ length: Math.ceil(tiles / tilesEach) }, (_, part) => {
    const from = part * tilesEach * tile.rows;
    const until = Math.min(rows, from + tilesEach * tile.rows);
    return {
      kernel: tile.kernel,
      buffers: [p, q, gradient],
      params: { tokens, narrowStride: rows, wideStride: columns, rows: until, firstRow: from, resultRow: firstRow },
      workgroups: [Math.ceil(columns / tile.columns), Math.ceil((until - from) / tile.rows)] as const,
      flops: 2 * tokens * columns * (until - from),
      bytes: 4 * (tokens * columns + (until - from) * (tokens + 2 * columns)),
    };
  });
}

const biasColumns = 32;
const biasSlices = 8;

const biasKernel = {
  name: 'biasGradient',
  bindings: ['read', 'write'],
  params: { tokens: 'u32', width: 'u32' },
  code: /* wgsl */ `
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradient: array<f32>;
var<workgroup> sums: array<f32, ${biasColumns * biasSlices}>;
@compute @workgroup_size(${biasColumns * biasSlices})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let column = ${gridIndexWgsl} * ${biasColumns}u + local % ${biasColumns}u;
  let read = min(column, params.width - 1u);
  var sum = 0.0;
  for (var t = local / ${biasColumns}u; t < params.tokens; t += ${biasSlices}u) { sum += dy[t * params.width + read]; }
  sums[local] = sum;
  workgroupBarrier();
  if (local >= ${biasColumns}u || column >= params.width) { return; }
  for (var slice = 1u; slice < ${biasSlices}u; slice++) { sum += sums[slice * ${biasColumns}u + local]; }
  gradient[column] += sum;
}`,
} as const satisfies Kernel;

/** gradient[n] += sum_t dy[t, n] for dy [tokens, width]. */
export function biasGradient(work: {
  dy: BufferPart;
  gradient: BufferPart;
  tokens: number;
  width: number;
}): Dispatch<typeof biasKernel.params> {
  const { dy, gradient, tokens, width } = work;
  return {
    kernel: biasKernel,
    buffers: [dy, gradient],
    params: { tokens, width },
    workgroups: grid(Math.ceil(width / biasColumns)),
    flops: tokens * width,
    bytes: 4 * (tokens * width + 2 * width),
  };
}
