/**
 * What the two halves of a transformer block share: the pass they belong to, a layer's linear maps, and norms forward and
 * backward. See block.ts.
 */
import type { AttentionPlan } from '../../kernels/attention/attention';
import { normBackward, normForward, type NormShape } from '../../kernels/norm/norm';
import { normWeightGradient } from '../../kernels/norm/weight-gradient';
import type { DropoutValues } from '../../kernels/random/philox';
import type { ModelConfig } from '../config';
import type { Arena } from './arena';
import type { NormNames } from './block-names';
import type { Engine } from './engine';
import { linearMaps, type MapKey } from './layout';
import type { MapWeights, PassWeights } from './pass-weights';

/** What all blocks of a pass share. */
export interface BlockPass {
  engine: Engine;
  config: ModelConfig;
  arena: Arena;
  weights: PassWeights;
  tokens: number;
  /** How many different tokens are read, where the last block computes only those behind its attention; null: all of them. */
  read: number | null;
  attention: AttentionPlan;
  /** Tables [positions, headDim]; null for learned positions. */
  rope: { cos: GPUBuffer; sin: GPUBuffer } | null;
  /** Dropout of a map's LoRA input. */
  dropout(layer: number, key: MapKey): DropoutValues | undefined;
  /** Called in a forward pass when the block's "qkv" holds the layer's q, k and v, rotated; generation keeps k and v. */
  onQkv?(layer: number): void;
}

export type LayerMaps = Readonly<Record<MapKey, MapWeights>>;

const mapKeys: readonly MapKey[] = ['qkv', 'o', 'up', 'down'];

export function mapsOf({ config, weights }: BlockPass, layer: number): LayerMaps {
  const maps = linearMaps(config, layer).map((map, i) => [mapKeys[i]!, weights.map(map)]);
  return Object.fromEntries(maps) as LayerMaps;
}

/** The low-rank states of a map, where it has LoRA pairs. */
export const lowRank = (map: MapWeights, block: (name: string) => GPUBuffer, name: string) =>
  map.lora ? { buffer: block(name) } : undefined;

/** Scratch for the gradient of a map's low-rank states. */
export const lowRankGradient = ({ arena }: BlockPass, map: MapWeights) =>
  map.lora ? { buffer: arena.buffer('dU') } : null;

const normShape = ({ config }: BlockPass, rows: number): NormShape => ({
  kind: config.family === 'llama' ? 'rms' : 'layer',
  rows,
  width: config.hiddenSize,
  epsilon: config.normEpsilon,
});

/** y = norm of the first `rows` rows of x. */
export function runNorm(pass: BlockPass, names: NormNames, rows: number, x: GPUBuffer, y: GPUBuffer): void {
  const { weight, bias } = pass.weights.norm(names);
  pass.engine.runtime.run(
    normForward(normShape(pass, rows), { x: { buffer: x }, weight, y: { buffer: y }, ...(bias && { bias }) }),
  );
}

/** Buffers [rows, hidden] of a norm's backward pass. */
interface NormGradients {
  x: GPUBuffer;
  dy: GPUBuffer;
  dx: GPUBuffer;
}

/** dx += norm backward of dy, and in full training the norm's own gradients. */
export function backwardNorm(pass: BlockPass, names: NormNames, rows: number, { x, dy, dx }: NormGradients): void {
  const { engine, arena, weights } = pass;
  const { weight, gradient } = weights.norm(names);
  const shape = normShape(pass, rows);
  const statistics = gradient ? { statistics: { buffer: arena.buffer('statistics') } } : {};
  engine.runtime.run(
    normBackward(shape, { x: { buffer: x }, weight, dy: { buffer: dy }, dx: { buffer: dx }, ...statistics }),
  );
  if (!gradient) return;
  engine.runAll(
    normWeightGradient(shape, {
      x: { buffer: x },
      dy: { buffer: dy },
      statistics: { buffer: arena.buffer('statistics') },
      partial: { buffer: arena.buffer('normPartial') },
      dWeight: gradient.weight,
      ...(gradient.bias && { dBias: gradient.bias }),
    }),
  );
}
