/**
 * The matmul of activations with stored weights, with bias, LoRA and residual fused: forward y = x W^T, backward y = x W.
 * Gives dispatches; the code is in kernel.ts, the tile for an adapter in tune.ts. Weight gradients are another kernel.
 */
import { grid, type BufferPart, type Dispatch, type WeightType } from '../../gpu/kernel';
import { loraPartValues, loraRanks, type LoraPart } from '../lora/parts';
import { noDropout, type DropoutValues } from '../random/philox';
import { tileFor, type TileChoice } from './choice';
import { bindingsOf, matmulKernel, tileCode, type matmulParams, type MatmulVariant } from './kernel';
import type { MatmulLayout } from './sources';
import { blockRows, matmulTiles } from './tiles';

/** y[t, n] += scale * sum_j U[t, uColumn(part of n) + j] B[row of n in B, j]; columns of parts without a pair get nothing. */
export interface LoraUp {
  readonly kind: 'up';
  /** f32 [rows, ranks] */
  readonly u: BufferPart;
  /** B, f32 [outputs of the adapted parts, rank] */
  readonly factor: BufferPart;
  readonly parts: readonly LoraPart[];
  readonly rank: number;
  readonly scale: number;
}

/** y[t, n] += dropoutFactor(t, n) * sum_j U[t, j] A[j, n]; the gradient of what 'up' and its A did, with U the gradient of U. */
export interface LoraDown {
  readonly kind: 'down';
  /** f32 [rows, ranks], scaled already */
  readonly u: BufferPart;
  /** A, f32 [ranks, n] */
  readonly factor: BufferPart;
  readonly ranks: number;
  readonly dropout?: DropoutValues;
}

export interface MatmulArgs {
  /** 'nt': W [n, k], y = x W^T. 'nn': W [k, n], y = x W. */
  readonly layout: MatmulLayout;
  readonly weightType: WeightType;
  /** f32 [rows, k] */
  readonly x: BufferPart;
  readonly weight: BufferPart;
  /** Elements from one row of W to the next: a multiple of 8 for halves, the row's length for f32. */
  readonly weightStride: number;
  /** First row of W that is used (0): 'nt' takes rows weightRow.. as outputs, 'nn' contracts over them. */
  readonly weightRow?: number;
  /** f32 [rows, n] */
  readonly y: BufferPart;
  readonly rows: number;
  readonly k: number;
  readonly n: number;
  /** f32 [n] */
  readonly bias?: BufferPart;
  readonly lora?: LoraUp | LoraDown;
  /** f32 [rows, n] to add, or 'accumulate': add to what y holds. */
  readonly residual?: BufferPart | 'accumulate';
}

/**
 * y [rows, n] = x W^T ('nt') or x W ('nn') + bias + LoRA + residual: one dispatch, or several where one would take longer
 * than the choice of tiles allows.
 */
export function matmul(choice: TileChoice, args: MatmulArgs): Dispatch<typeof matmulParams>[] {
  const { tile: tileName, maxFlops } = tileFor(choice, args.layout, args.weightType, args.rows);
  const tile = matmulTiles[tileName];
  const variant = variantOf(args, tileName, blockRows(tile, args.rows));
  const kernel = matmulKernel(variant);
  const code = tileCode(tile, variant.rows, args.layout);
  const buffers = buffersOf(variant, args);
  const blocks = Math.ceil(args.rows / code.rows) * Math.ceil(args.n / code.columns);
  const { flops, bytes } = work(args);
  const dispatches = Math.min(blocks, Math.max(1, Math.ceil(flops / maxFlops)));
  return Array.from({ length: dispatches }, (_, i) => {
    const firstBlock = Math.floor((i * blocks) / dispatches);
    const endBlock = Math.floor(((i + 1) * blocks) / dispatches);
    const share = (endBlock - firstBlock) / blocks;
    const params = { ...paramsOf(args), firstBlock, endBlock };
    return {
      kernel,
      buffers,
      params,
      workgroups: grid(endBlock - firstBlock),
      flops: flops * share,
      bytes: bytes * share,
    };
  });
}

function variantOf(args: MatmulArgs, tile: MatmulVariant['tile'], rows: number): MatmulVariant {
  const { layout, weightType, weightStride, k, n, lora, residual } = args;
  const widths = [k, n, weightStride, ...(lora ? [lora.kind === 'up' ? lora.rank : lora.ranks] : [])];
  const dropout = lora?.kind === 'down' && lora.dropout !== undefined && lora.dropout.dropoutThreshold !== 0;
  return {
    tile,
    rows,
    layout,
    weightType,
    aligned: widths.every((width) => width % 4 === 0),
    bias: args.bias !== undefined,
    lora: dropout ? 'down with dropout' : (lora?.kind ?? 'none'),
    residual: residual === undefined ? 'none' : residual === 'accumulate' ? 'accumulate' : 'add',
  };
}

function buffersOf(variant: MatmulVariant, { x, weight, y, bias, residual, lora }: MatmulArgs): BufferPart[] {
  const added = residual === 'accumulate' ? undefined : residual;
  const parts = { x, weight, y, bias, residual: added, u: lora?.u, factor: lora?.factor };
  return bindingsOf(variant).map(({ name }) => {
    const part = parts[name];
    if (!part) throw new Error(`internal: a matmul without its buffer "${name}"`);
    return part;
  });
}

const noParts = loraPartValues([{ width: 0, adapted: false }], 0);

function paramsOf({ rows, n, k, weightStride, weightRow = 0, lora }: MatmulArgs) {
  const up = lora?.kind === 'up' ? lora : undefined;
  const down = lora?.kind === 'down' ? lora : undefined;
  return {
    rows,
    n,
    k,
    weightStride,
    weightRow,
    ranks: up ? loraRanks(up.parts, up.rank) : (down?.ranks ?? 0),
    loraScale: up?.scale ?? 1,
    ...(up ? loraPartValues(up.parts, up.rank) : noParts),
    ...(down?.dropout ?? noDropout),
  };
}

/** Multiply-adds count two; every matrix once. */
function work(args: MatmulArgs): { flops: number; bytes: number } {
  const { rows, n, k, weightType, lora } = args;
  const ranks = lora ? (lora.kind === 'up' ? lora.rank : lora.ranks) : 0;
  const weightBytes = (weightType === 'f32' ? 4 : 2) * n * k;
  const outputs = rows * n * (args.residual === undefined ? 1 : 2);
  const others = rows * k + outputs + (args.bias ? n : 0) + ranks * (rows + n);
  return { flops: 2 * rows * n * (k + ranks), bytes: weightBytes + 4 * others };
}
