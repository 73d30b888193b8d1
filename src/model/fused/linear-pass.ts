/** A joined linear map with its LoRA pairs, forward and backward, as dispatches. Knows no block structure. */
import type { BufferPart } from '../../gpu/kernel';
import { loraDown } from '../../kernels/lora/down';
import { loraGradA, loraGradB } from '../../kernels/lora/gradients';
import { loraUpBackward } from '../../kernels/lora/up-backward';
import { matmul } from '../../kernels/matmul/matmul';
import type { DropoutValues } from '../../kernels/random/philox';
import { biasGradient, weightGradient } from '../../kernels/weight-gradient/weight-gradient';
import type { Engine } from './engine';
import type { MapWeights } from './pass-weights';

export interface ForwardMap {
  /** [tokens, in] */
  x: BufferPart;
  /** [tokens, out] */
  y: BufferPart;
  /** [tokens, ranks]; where the map has LoRA pairs. */
  u?: BufferPart | undefined;
  /** u is there already; see normDown. */
  uDone?: boolean;
  /** Added to the result, [tokens, out]. */
  residual?: BufferPart;
  tokens: number;
  dropout?: DropoutValues | undefined;
}

/** y = x W + bias + (alpha/r) dropout(x) A^T B^T (+ residual). */
export function runMapForward(engine: Engine, map: MapWeights, work: ForwardMap): void {
  const { runtime, machine } = engine;
  const { x, y, u, uDone = false, residual, tokens, dropout } = work;
  const { matrix, lora, bias } = map;
  if (lora && u && !uDone) {
    const { a, ranks } = lora;
    runtime.run(loraDown({ x, a, u, tokens, width: inFeatures(map), ranks, machine, ...(dropout && { dropout }) }));
  }
  engine.runAll(
    matmul(engine.tiles, {
      layout: map.forward,
      weightType: matrix.type,
      weight: matrix.part,
      weightStride: matrix.stride,
      rows: tokens,
      n: outFeatures(map),
      k: inFeatures(map),
      x,
      y,
      ...(bias && { bias }),
      ...(lora &&
        u && { lora: { kind: 'up', u, factor: lora.b, parts: lora.parts, rank: lora.rank, scale: lora.scale } }),
      ...(residual && { residual }),
    }),
  );
}

export interface BackwardMap {
  /** [tokens, out]: gradient of the result. */
  dy: BufferPart;
  /** [tokens, in]: gradient of the input; null where nobody needs it. */
  dx: { buffer: BufferPart; accumulate: boolean } | null;
  /** [tokens, ranks]: the forward's low-rank states. */
  u?: BufferPart | undefined;
  /** [tokens, ranks]: scratch for their gradient. */
  du: BufferPart | null;
  tokens: number;
  dropout?: DropoutValues | undefined;
}

/** Gradient of the input, and of B. The gradients that need the input itself are in runMapInputGradients. */
export function runMapBackward(engine: Engine, map: MapWeights, work: BackwardMap): void {
  const { runtime, machine } = engine;
  const { dy, dx, u, du, tokens, dropout } = work;
  const { matrix, lora } = map;
  if (lora && u && du) {
    const { parts, rank, scale, b, gradient } = lora;
    runtime.run(loraUpBackward({ dy, b, du, tokens, parts, rank, scale, machine }));
    if (gradient) runtime.run(loraGradB({ dy, u, gradient: gradient.b, tokens, parts, rank, scale, machine }));
  }
  if (!dx) return;
  const layout = map.forward === 'nt' ? 'nn' : 'nt';
  engine.runAll(
    matmul(engine.tiles, {
      layout,
      weightType: matrix.type,
      weight: matrix.part,
      weightStride: matrix.stride,
      rows: tokens,
      n: inFeatures(map),
      k: outFeatures(map),
      x: dy,
      y: dx.buffer,
      ...(lora &&
        du && { lora: { kind: 'down', u: du, factor: lora.a, ranks: lora.ranks, ...(dropout && { dropout }) } }),
      ...(dx.accumulate && { residual: 'accumulate' as const }),
    }),
  );
}

export interface InputGradients {
  /** [tokens, in]: the map's input. */
  x: BufferPart;
  dy: BufferPart;
  du: BufferPart | null;
  tokens: number;
  dropout?: DropoutValues | undefined;
}

/** Whether runMapInputGradients has anything to do. */
export const needsInput = (map: MapWeights): boolean => map.gradient !== null || (map.lora?.gradient ?? null) !== null;

/** Gradients of A, and in full training of weight and bias. */
export function runMapInputGradients(engine: Engine, map: MapWeights, work: InputGradients): void {
  const { runtime, machine, maxFlops, shuffledGradients: shuffle } = engine;
  const { x, dy, du, tokens, dropout } = work;
  const { lora, gradient } = map;
  const width = inFeatures(map);
  if (lora?.gradient && du) {
    const { ranks } = lora;
    runtime.run(
      loraGradA({ du, x, gradient: lora.gradient.a, tokens, width, ranks, machine, ...(dropout && { dropout }) }),
    );
  }
  if (!gradient) return;
  const out = outFeatures(map);
  const [p, q] = map.forward === 'nt' ? [dy, x] : [x, dy];
  const [rows, columns] = map.forward === 'nt' ? [out, width] : [width, out];
  engine.runAll(weightGradient({ p, q, gradient: gradient.weight, tokens, rows, columns, maxFlops, shuffle }));
  if (gradient.bias) runtime.run(biasGradient({ dy, gradient: gradient.bias, tokens, width: out }));
}

const inFeatures = ({ matrix, forward }: MapWeights) => (forward === 'nt' ? matrix.columns : matrix.rows);
const outFeatures = ({ matrix, forward }: MapWeights) => (forward === 'nt' ? matrix.rows : matrix.columns);
