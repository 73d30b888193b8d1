/**
 * Bytes of GPU memory a piece of work takes with the fused engine, by category, before anything is allocated: the same
 * arithmetic that allocates. Says how many blocks can keep their activations within a budget.
 */
import type { WeightType } from '../../gpu/kernel';
import type { MemoryCategory } from '../../gpu/ledger';
import { paramsBlockBytes } from '../../gpu/params';
import type { LoraConfig } from '../adapter-types';
import type { ModelConfig } from '../config';
import { arenaBuffers, type ArenaBuffer, type ArenaShape } from './arena';
import { loraLayout, weightLayout } from './layout';
import { regionBytes } from './weights';

export type MemoryFigures = Partial<Record<MemoryCategory, number>>;

/** Buffers are whole words, at least one. */
const bufferBytes = (words: number) => Math.max(4, words * 4);

export function weightBytes(config: ModelConfig, type: WeightType): number {
  return [...weightLayout(config).regions.values()].reduce(
    (sum, region) => sum + Math.max(4, regionBytes(region, type)),
    0,
  );
}

/** Bytes of one set's values. @param lora null for a full copy */
export function parameterBytes(config: ModelConfig, lora: LoraConfig | null): number {
  return bufferBytes((lora ? loraLayout(config, lora) : weightLayout(config)).size);
}

export function buffersBytes(buffers: readonly ArenaBuffer[]): MemoryFigures {
  const figures: MemoryFigures = {};
  for (const { category, words } of buffers) figures[category] = (figures[category] ?? 0) + bufferBytes(words);
  return figures;
}

export function arenaBytes(config: ModelConfig, shape: ArenaShape): MemoryFigures {
  return buffersBytes(arenaBuffers(config, shape));
}

/** The runtime's uniform blocks; a test compares it with a runtime. */
export const engineBytes = 1024 * paramsBlockBytes;

/** cos and sin tables for sequences of up to `longest` tokens, as rope-tables.ts makes them; a test compares. */
export function ropeTableBytes(config: ModelConfig, longest: number): number {
  if (config.family !== 'llama') return 0;
  return 2 * 4 * config.headDim * Math.max(256, 2 ** Math.ceil(Math.log2(longest)));
}

/** The runtime's readback buffers: powers of two, each kept and used again for reads of its size. */
export function readbackBytes(reads: readonly number[]): number {
  const sizes = new Set(reads.map((bytes) => Math.max(256, 2 ** Math.ceil(Math.log2(bytes)))));
  return [...sizes].reduce((sum, bytes) => sum + bytes, 0);
}

export function totalBytes(figures: MemoryFigures): number {
  return Object.values(figures).reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * The most blocks that can keep their activations so that the arena takes at most `bytes`; 0 where even recomputing all of
 * them takes more. More kept blocks are quicker, and give the same numbers.
 */
export function blocksThatFit(config: ModelConfig, shape: Omit<ArenaShape, 'keptBlocks'>, bytes: number): number {
  let kept = config.layers;
  while (kept > 0 && totalBytes(arenaBytes(config, { ...shape, keptBlocks: kept })) > bytes) kept--;
  return kept;
}
