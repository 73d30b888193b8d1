/**
 * The buffers of a generation engine with `slots` sequences at a time: KV cache, one decode step and sampling. Plain
 * arithmetic, for the memory plan and for who allocates them. Leaves out the prefill, which is a pass in an arena.
 */
import type { WeightType } from '../../gpu/kernel';
import { decodeAttentionScratchBytes } from '../../kernels/decode-attention/decode-attention';
import { cacheBytes, type CacheShape } from '../../kernels/kv-cache/layout';
import { samplingOutputBytes, seenWords } from '../../kernels/sampling/sampling';
import type { ModelConfig } from '../config';
import { widthsOf, type ArenaBuffer, type ArenaShape } from './arena';

export interface GenerationShape {
  slots: number;
  /** Positions of a slot: prompt and response. */
  capacity: number;
  /** Tokens of a slot between two readbacks. */
  keptTokens: number;
  cacheType: WeightType;
  ranks: ArenaShape['ranks'];
  /** Tokens that end a response; the model's own when absent. */
  endTokens?: number;
  /** Tokens of one prefill pass; prefillTokensFor(capacity) when absent. */
  prefillTokens?: number;
}

/** Tokens of a slot that stay on the GPU: most steps between two readbacks. */
export const keptTokens = 16;

/** Tokens of one prefill pass: prompts are taken together up to this many, and the longest one fits. */
export const prefillTokensFor = (capacity: number): number => Math.max(512, capacity);

/** Floats from one layer's q and k norm weights to the next: a multiple of 64, the alignment of a binding. */
export const normStride = ({ headDim }: ModelConfig): number => Math.ceil((2 * headDim) / 64) * 64;

export function cacheShape(config: ModelConfig, { slots, capacity, cacheType }: GenerationShape): CacheShape {
  const kvHeads = config.family === 'llama' ? config.kvHeads : config.heads;
  return { type: cacheType, slots, kvHeads, headDim: config.headDim, capacity };
}

export function generationBuffers(config: ModelConfig, shape: GenerationShape): ArenaBuffer[] {
  const { slots, capacity, keptTokens, ranks } = shape;
  const { endTokens = config.eosTokenIds.length, prefillTokens = prefillTokensFor(capacity) } = shape;
  const cache = cacheShape(config, shape);
  const { hidden, qkv, attended, activation, up } = widthsOf(config);
  const buffers: ArenaBuffer[] = [];
  const add = (category: ArenaBuffer['category'], prefix: string, words: Record<string, number>) => {
    for (const [name, count] of Object.entries(words))
      if (count > 0) buffers.push({ name: `${prefix}${name}`, category, words: Math.ceil(count) });
  };
  for (let layer = 0; layer < config.layers; layer++)
    add('kv cache', `cache.${layer}.`, { keys: cacheBytes(cache) / 4, values: cacheBytes(cache) / 4 });
  add('batch', 'decode.', {
    tokens: slots,
    lengths: slots,
    rows: slots,
    control: 4 * slots + 1 + endTokens,
    seen: slots * seenWords(config.vocabSize),
    output: samplingOutputBytes(slots, keptTokens) / 4,
    prefillSlots: prefillTokens,
    copies: 3 * slots,
    ...(config.family === 'gpt2' && { positions: slots }),
  });
  const perSlot = { x: hidden, normed: hidden, qkv, q: attended, o: attended, mid: hidden, up, activation };
  const states = { uQkv: ranks.qkv, uO: ranks.o, uUp: ranks.up, uDown: ranks.down };
  const words = { ...perSlot, ...states, logits: config.vocabSize };
  add('scratch', 'decode.', Object.fromEntries(Object.entries(words).map(([name, width]) => [name, width * slots])));
  if (config.family === 'llama' && config.qkNorm)
    add('scratch', 'decode.', { norms: config.layers * normStride(config) });
  add('scratch', 'decode.', { parts: decodeAttentionScratchBytes(cache, config.heads, slots, capacity) / 4 });
  return buffers;
}
