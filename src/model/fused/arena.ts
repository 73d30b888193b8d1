/**
 * The activations of a pass as a fixed set of GPU buffers for a capacity of tokens and rows. `arenaBuffers` is plain
 * arithmetic: the memory plan adds up what the arena allocates, so the two cannot differ.
 */
import type { MemoryCategory } from '../../gpu/ledger';
import type { Runtime } from '../../gpu/runtime';
import { normPartialFloats } from '../../kernels/norm/weight-gradient';
import { headStateWords } from '../../kernels/head/head';
import { loraRanks } from '../../kernels/lora/parts';
import { ropeNormPartialFloats } from '../../kernels/rope/rope';
import type { LoraConfig } from '../adapter-types';
import type { ModelConfig } from '../config';
import { linearMaps, loraParts } from './layout';

/** What a pass needs; capacities, not the sizes of one batch. */
export interface ArenaShape {
  tokens: number;
  rows: number;
  sequences: number;
  /** Blocks that keep their activations from the forward to the backward pass: the last ones. */
  keptBlocks: number;
  /** Buffers for a backward pass. */
  training: boolean;
  /** Gradients of all weights. */
  full: boolean;
  /** Columns of the low-rank states by map; 0 where no adapter has pairs. */
  ranks: Readonly<Record<'qkv' | 'o' | 'up' | 'down', number>>;
}

export const noRanks = { qkv: 0, o: 0, up: 0, down: 0 } as const;

/** Columns of U of each map under an adapter. */
export function ranksOf(config: ModelConfig, lora: LoraConfig | null): ArenaShape['ranks'] {
  if (!lora) return noRanks;
  const ranks = linearMaps(config, 0).map((map) => [map.key, loraRanks(loraParts(map, lora), lora.rank)]);
  return Object.fromEntries(ranks) as Record<keyof ArenaShape['ranks'], number>;
}

export interface ArenaBuffer {
  name: string;
  category: MemoryCategory;
  /** 4-byte words. */
  words: number;
}

/** Widths of a model's activations. */
export interface Widths {
  hidden: number;
  qkv: number;
  heads: number;
  attended: number;
  /** Width of the feed-forward's activation, and of its input (gate and up). */
  activation: number;
  up: number;
}

export function widthsOf(config: ModelConfig): Widths {
  const kvHeads = config.family === 'llama' ? config.kvHeads : config.heads;
  return {
    hidden: config.hiddenSize,
    qkv: (config.heads + 2 * kvHeads) * config.headDim,
    heads: config.heads,
    attended: config.heads * config.headDim,
    activation: config.intermediateSize,
    up: config.intermediateSize * (config.family === 'llama' ? 2 : 1),
  };
}

const hasQkNorm = (config: ModelConfig) => config.family === 'llama' && config.qkNorm;

/** Logits held at once, in floats: 16 MiB of them. */
const logitFloats = 1 << 22;

/** Vocabulary ids a chunk of the head's logits: a multiple of 256 below the whole vocabulary. */
export function vocabularyChunk(config: ModelConfig, rows: number): number {
  const fits = Math.floor(logitFloats / rows / 256) * 256;
  return Math.min(config.vocabSize, Math.max(256, fits));
}

/** Words per token that a block leaves for its backward pass, by buffer. */
function blockWords(config: ModelConfig, { ranks, training }: ArenaShape): Record<string, number> {
  const { hidden, qkv, heads, attended, up } = widthsOf(config);
  return {
    qkv,
    ...(hasQkNorm(config) && { rawQkv: qkv }),
    o: attended,
    lse: heads,
    mid: hidden,
    up,
    ...(ranks.qkv > 0 && { uQkv: ranks.qkv }),
    ...(ranks.o > 0 && { uO: ranks.o }),
    ...(ranks.up > 0 && { uUp: ranks.up }),
    ...(ranks.down > 0 && { uDown: ranks.down }),
    ...(training && { statistics: 0 }),
  };
}

/** All buffers of an arena. Block buffers are "block.<layer>.<name>" for kept blocks and "block.shared.<name>" for the others. */
export function arenaBuffers(config: ModelConfig, shape: ArenaShape): ArenaBuffer[] {
  const { tokens, rows, sequences, training, full, ranks, keptBlocks } = shape;
  const { hidden, qkv, heads, attended, activation } = widthsOf(config);
  const buffers: ArenaBuffer[] = [];
  const add = (category: MemoryCategory, prefix: string, words: Record<string, number>) => {
    for (const [name, count] of Object.entries(words))
      if (count > 0) buffers.push({ name: `${prefix}${name}`, category, words: count });
  };
  add('batch', 'batch.', {
    ids: tokens,
    positions: tokens,
    spans: 4 * tokens,
    tiles: attentionTileWords(config, tokens),
    rowPlaces: rows,
    targets: rows,
    rowSequence: rows,
    upstream: sequences,
    readTokens: rows,
    ...(training && {
      scatterStarts: tokens + 1,
      scatterMembers: rows,
      readStarts: tokens + 1,
      readMembers: rows,
    }),
    ...(full && { idTargets: tokens, idStarts: tokens + 1, idMembers: tokens }),
    ...(full &&
      config.family === 'gpt2' && { positionTargets: tokens, positionStarts: tokens + 1, positionMembers: tokens }),
  });
  const states = training ? config.layers + 1 : 2;
  for (let i = 0; i < states; i++) add(training ? 'kept activations' : 'scratch', 'x.', { [i]: tokens * hidden });
  const perBlock = Object.entries(blockWords(config, shape)).map(([name, words]) => [name, words * tokens]);
  for (let layer = config.layers - keptBlocks; layer < config.layers; layer++)
    add('kept activations', `block.${layer}.`, Object.fromEntries(perBlock));
  if (keptBlocks < config.layers) add('scratch', 'block.shared.', Object.fromEntries(perBlock));
  // The attention result of the tokens read is gathered into "activation"; see read-rows.ts.
  add('scratch', '', { normed: tokens * hidden, activation: tokens * Math.max(activation, attended) });
  if (training) {
    add('scratch', '', {
      dx: tokens * hidden,
      dWide: tokens * Math.max(hidden, attended),
      dQkv: tokens * qkv,
      delta: tokens * heads,
      dU: tokens * Math.max(...Object.values(ranks)),
      ...(full && { statistics: 2 * tokens, normPartial: normPartials(config, Math.max(tokens, rows)) }),
    });
  }
  add('scratch', 'head.', {
    x: rows * hidden,
    normed: rows * hidden,
    logits: rows * vocabularyChunk(config, rows),
    states: rows * headStateWords,
    statistics: 3 * rows,
    normaliser: 2 * rows,
    ...(training && { dNormed: rows * hidden, dx: rows * hidden }),
    ...(full && { rowStatistics: 2 * rows }),
  });
  return buffers;
}

/** Room for the attention's tiles at any batch of `tokens` tokens: two words a tile of at least one row. */
function attentionTileWords(config: ModelConfig, tokens: number): number {
  const ratio = config.family === 'llama' ? config.heads / config.kvHeads : 1;
  return 2 * (tokens * ratio + tokens);
}

/** @param rows the most that a norm has: sequences that share tokens may read more rows than there are tokens */
function normPartials(config: ModelConfig, rows: number): number {
  const kind = config.family === 'llama' ? ('rms' as const) : ('layer' as const);
  const ofRows = normPartialFloats({ kind, rows, width: config.hiddenSize });
  if (!hasQkNorm(config)) return ofRows;
  return Math.max(ofRows, ropeNormPartialFloats(config.headDim));
}

export interface Arena {
  readonly shape: ArenaShape;
  /** @throws Error (internal) for a buffer that this shape does not have */
  buffer(name: string): GPUBuffer;
  /** The buffers that block `layer` writes for its backward pass. */
  block(layer: number): (name: string) => GPUBuffer;
  dispose(): void;
}

export function createArena(runtime: Runtime, config: ModelConfig, shape: ArenaShape): Arena {
  const buffers = new Map(
    arenaBuffers(config, shape).map(({ name, category, words }) => [
      name,
      runtime.createBuffer(category, name, words * 4),
    ]),
  );
  const buffer = (name: string): GPUBuffer => {
    const found = buffers.get(name);
    if (!found) throw new Error(`internal: the arena has no buffer ${name}`);
    return found;
  };
  return {
    shape,
    buffer,
    block: (layer) => {
      const prefix = layer < config.layers - shape.keptBlocks ? 'block.shared.' : `block.${layer}.`;
      return (name) => buffer(prefix + name);
    },
    dispose: () => {
      for (const made of buffers.values()) runtime.destroyBuffer(made);
      buffers.clear();
    },
  };
}
