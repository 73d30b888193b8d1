/**
 * Gradients of the LoRA factors of a fused linear map, added to what is there. All fp32. Leaves out the gradients of
 * activations; see up-backward.ts.
 */
import type { BufferPart, Dispatch, Kernel } from '../../gpu/kernel';
import { dropoutParams, dropoutWgsl, noDropout, philoxWgsl, type DropoutValues } from '../random/philox';
import { columnsOf, outerProductWgsl } from '../weight-gradient/outer-product';
import { loraOutputs, loraPartParams, loraPartValues, loraRangeWgsl, loraRanks, type LoraPart } from './parts';
import { gradientTile, type GradientTile, type LoraMachine } from './tiles';

const strides = { tokens: 'u32', narrowStride: 'u32', wideStride: 'u32' } as const;
const gradAParams = { ...strides, ...dropoutParams } as const;
const gradBParams = { ...strides, scale: 'f32', ...loraPartParams } as const;
const kernelsA = new Map<string, Kernel<typeof gradAParams>>();
const kernelsB = new Map<string, Kernel<typeof gradBParams>>();

const variant = ({ rows, columns, slices }: GradientTile, narrowVectors: boolean) =>
  `${rows}x${columns}x${slices}${narrowVectors ? '.vectors' : ''}`;

function gradAKernel(tile: GradientTile, narrowVectors: boolean, dropout: boolean): Kernel<typeof gradAParams> {
  const name = `lora.gradA.${variant(tile, narrowVectors)}${dropout ? '.dropout' : ''}`;
  const known = kernelsA.get(name);
  if (known) return known;
  const kernel: Kernel<typeof gradAParams> = {
    name,
    bindings: ['read', 'read', 'write'],
    params: gradAParams,
    code: outerProductWgsl({
      ...tile,
      narrowVectors,
      layout: 'rows',
      functions: dropout ? philoxWgsl + dropoutWgsl : '',
      prologue: /* wgsl */ `
  let firstRow = group.y * ${tile.rows}u;
  let rowEnd = params.narrowStride;
  let columnStart = 0u;
  let columnEnd = params.wideStride;`,
      element: (row, column) => `${row} * params.wideStride + ${column}`,
      wideFactor: dropout ? (column) => `dropoutFactor(t, ${column})` : null,
    }),
  };
  kernelsA.set(name, kernel);
  return kernel;
}

function gradBKernel(tile: GradientTile, narrowVectors: boolean): Kernel<typeof gradBParams> {
  const name = `lora.gradB.${variant(tile, narrowVectors)}`;
  const known = kernelsB.get(name);
  if (known) return known;
  const kernel: Kernel<typeof gradBParams> = {
    name,
    bindings: ['read', 'read', 'write'],
    params: gradBParams,
    code: outerProductWgsl({
      ...tile,
      narrowVectors,
      layout: 'columns',
      functions: loraRangeWgsl,
      prologue: /* wgsl */ `
  let part = loraRange(group.z);
  let columnStart = part.x;
  let columnEnd = part.y;
  if (columnStart + group.x * ${columnsOf(tile.columns)}u >= columnEnd) { return; }
  let firstRow = group.z * params.rank + group.y * ${tile.rows}u;
  let rowEnd = (group.z + 1u) * params.rank;`,
      element: (row, column) => `(${column} - part.z) * params.rank + (${row} - group.z * params.rank)`,
      scale: 'params.scale',
    }),
  };
  kernelsB.set(name, kernel);
  return kernel;
}

export interface LoraGradA {
  /** [tokens, ranks] */
  du: BufferPart;
  /** [tokens, width]: the input of the linear map. */
  x: BufferPart;
  /** [ranks, width], added to. */
  gradient: BufferPart;
  tokens: number;
  width: number;
  ranks: number;
  /** As in the forward pass. */
  dropout?: DropoutValues;
  machine: LoraMachine;
}

/** gradient[j, k] += sum_t du[t, j] dropoutFactor(t, k) x[t, k] */
export function loraGradA(work: LoraGradA): Dispatch<typeof gradAParams> {
  const { du, x, gradient, tokens, width, ranks, dropout = noDropout, machine } = work;
  const tile = gradientTile(machine, ranks, width % 4 === 0);
  return {
    kernel: gradAKernel(tile, ranks % 4 === 0, dropout.dropoutThreshold > 0),
    buffers: [du, x, gradient],
    params: { tokens, narrowStride: ranks, wideStride: width, ...dropout },
    workgroups: [Math.ceil(width / columnsOf(tile.columns)), Math.ceil(ranks / tile.rows)],
    flops: 2 * tokens * width * ranks,
    bytes: 4 * (tokens * width + tokens * ranks + 2 * ranks * width),
  };
}

export interface LoraGradB {
  /** [tokens, outputs of all parts] */
  dy: BufferPart;
  /** [tokens, ranks] */
  u: BufferPart;
  /** [outputs of the adapted parts, rank], added to. */
  gradient: BufferPart;
  tokens: number;
  parts: readonly LoraPart[];
  rank: number;
  /** alpha / rank */
  scale: number;
  machine: LoraMachine;
}

/** gradient[n - shift(p), j] += scale sum_t dy[t, n] u[t, uOffset(p) + j] for outputs n of each adapted part p */
export function loraGradB(work: LoraGradB): Dispatch<typeof gradBParams> {
  const { dy, u, gradient, tokens, parts, rank, scale, machine } = work;
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const [ranks, outputs] = [loraRanks(parts, rank), loraOutputs(parts)];
  const tile = gradientTile(
    machine,
    rank,
    parts.every((part) => part.width % 4 === 0),
  );
  const widest = Math.max(...parts.map((part) => (part.adapted ? part.width : 0)));
  return {
    kernel: gradBKernel(tile, rank % 4 === 0),
    buffers: [u, dy, gradient],
    params: { tokens, narrowStride: ranks, wideStride: width, scale, ...loraPartValues(parts, rank) },
    workgroups: [Math.ceil(widest / columnsOf(tile.columns)), Math.ceil(rank / tile.rows), ranks / rank],
    flops: 2 * tokens * outputs * rank,
    bytes: 4 * (tokens * outputs + tokens * ranks + 2 * outputs * rank),
  };
}
