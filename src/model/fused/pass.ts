/**
 * Whole passes of the fused engine over one flat batch: forward, and forward with backward. Recording is cheap and
 * allocates nothing on the GPU; values come back through the arena's buffers.
 */
import { philox, seededRandom } from '../../data/seeded-random';
import { noDropout, type DropoutValues } from '../../kernels/random/philox';
import type { ModelConfig } from '../config';
import type { LoraDropout } from '../language-model';
import type { Arena } from './arena';
import { loadBatch, type LoadedBatch } from './batch-upload';
import { recomputeBlock, runBlockBackward, runBlockForward } from './block';
import type { BlockPass } from './block-parts';
import { runEmbedding, runEmbeddingBackward } from './embedding-pass';
import type { Engine } from './engine';
import type { FlatBatch } from './flat-batch';
import { runFinalNorm, runFinalNormBackward, runHeadBackward, runHeadForward } from './head-pass';
import type { PassWeights } from './pass-weights';
import { outputGradient } from './read-rows';

export interface PassInput {
  engine: Engine;
  config: ModelConfig;
  arena: Arena;
  weights: PassWeights;
  rope: { cos: GPUBuffer; sin: GPUBuffer } | null;
  batch: FlatBatch;
  dropout?: LoraDropout | undefined;
}

export interface OpenPass extends BlockPass {
  rows: number;
  batch: LoadedBatch;
}

/** Uploads the batch. */
export function openPass({ engine, config, arena, weights, rope, batch, dropout }: PassInput): OpenPass {
  const loaded = loadBatch(engine, config, arena, batch);
  const kvHeads = config.family === 'llama' ? config.kvHeads : config.heads;
  const shape = { heads: config.heads, kvHeads, headDim: config.headDim };
  return {
    engine,
    config,
    arena,
    weights,
    rope,
    tokens: loaded.tokens,
    read: loaded.read,
    rows: loaded.rows,
    batch: loaded,
    attention: { shape, tuning: engine.attention, tiles: loaded.tiles },
    dropout: dropoutOf(dropout),
  };
}

/** The key of each map's mask: a pure function of (seed, step, micro-batch, layer, map). */
function dropoutOf(dropout: LoraDropout | undefined): BlockPass['dropout'] {
  if (!dropout || dropout.rate === 0) return () => undefined;
  const { rate, seed, step, microBatch } = dropout;
  const base = Math.floor(seededRandom('dropout', seed, step, microBatch)() * 2 ** 32);
  const maps = { qkv: 0, o: 1, up: 2, down: 3 };
  return (layer, key): DropoutValues => ({
    ...noDropout,
    dropoutKey: philox(layer, maps[key], base)[0],
    dropoutThreshold: Math.floor(rate * 2 ** 32),
    dropoutKept: 1 / (1 - rate),
  });
}

/** The buffer of the residual stream before block `layer` (or after the last one). */
const stream = ({ arena }: OpenPass, layer: number) => arena.buffer(`x.${arena.shape.training ? layer : layer % 2}`);

/**
 * Embedding, blocks and final norm of the rows read. `onState` sees the stream after the embedding and after each block; after the
 * last one it has the rows of the tokens read alone.
 */
export function runStates(pass: OpenPass, onState: (state: GPUBuffer) => void = () => {}): void {
  const { config } = pass;
  runEmbedding(pass, stream(pass, 0));
  onState(stream(pass, 0));
  for (let layer = 0; layer < config.layers; layer++) {
    runBlockForward(pass, layer, stream(pass, layer), stream(pass, layer + 1));
    onState(stream(pass, layer + 1));
  }
  runFinalNorm(pass, stream(pass, config.layers));
}

/** runStates, then the statistics of every row's target in "head.statistics". */
export function runStatistics(pass: OpenPass): void {
  runStates(pass);
  runHeadForward(pass);
}

/**
 * The backward pass of runStatistics under "batch.upstream" ('logps'), or of runStates under "head.dNormed" ('states').
 * Adds to the gradients in the pass's weights.
 */
export function runBackward(pass: OpenPass, from: 'logps' | 'states', trainsParameters: boolean): void {
  const { config, arena, weights } = pass;
  if (from === 'logps') runHeadBackward(pass);
  if (!trainsParameters) return;
  runFinalNormBackward(pass, outputGradient(pass, config.layers - 1));
  const firstKept = config.layers - arena.shape.keptBlocks;
  for (let layer = config.layers - 1; layer >= 0; layer--) {
    const x = stream(pass, layer);
    if (layer < firstKept) recomputeBlock(pass, layer, x);
    runBlockBackward(pass, layer, x, layer > 0 || weights.full);
  }
  if (weights.full) runEmbeddingBackward(pass);
}
