/**
 * The state of the slots on the GPU, written when a session opens and when a response starts, and read after steps: newest
 * token, length, random numbers, ids seen, and the tokens drawn. Leaves out the cache; see decode-session.ts.
 */
import {
  readSlot,
  samplingControl,
  samplingOutputBytes,
  seenBits,
  seenWords,
  slotEnded,
  slotFailed,
  slotRunning,
} from '../../kernels/sampling/sampling';
import { blockNames } from './block-names';
import type { DecodePass } from './decode-pass';
import { keptTokens, normStride } from './generation-memory';

/** A response that begins in a slot whose cache holds all of the prompt but its last token. */
export interface SlotStart {
  slot: number;
  promptIds: readonly number[];
  /** Of the response's random numbers; see streamKeys(). */
  key: number;
  stream: number;
  /** Tokens it may get, the end token included. */
  limit: number;
}

export interface SlotReport {
  /** Tokens drawn since the start of the response. */
  count: number;
  running: boolean;
  ended: boolean;
  /** Those after the first `first`; the end token is the last one. */
  tokens: number[];
}

/** Reports of slots at one moment. @throws Error (internal) for a slot whose logits were not numbers */
export type SlotReader = (slot: number, first: number) => SlotReport;

/** What does not change: rows are slots, end tokens, all slots finished, and q and k norm weights side by side. */
export function fillConstants(pass: DecodePass, endTokenIds: readonly number[]): void {
  const { engine, config, weights, cache, buffer } = pass;
  const { runtime } = engine;
  const { slots } = cache;
  const none = { key: 0, stream: 0, limit: 0 };
  runtime.write(
    buffer('decode.rows'),
    Uint32Array.from({ length: slots }, (_, slot) => slot),
  );
  runtime.write(
    buffer('decode.control'),
    samplingControl(
      Array.from({ length: slots }, () => none),
      endTokenIds,
    ),
  );
  const output = new Uint32Array(samplingOutputBytes(slots, keptTokens) / 4);
  for (let slot = 0; slot < slots; slot++) output[slot * (keptTokens + 2) + 1] = slotEnded;
  runtime.write(buffer('decode.output'), output);
  for (let layer = 0; layer < config.layers; layer++) {
    const { queryNorm, keyNorm } = blockNames(config, layer);
    if (queryNorm === undefined || keyNorm === undefined) return;
    const norms = buffer('decode.norms');
    const bytes = config.headDim * 4;
    [queryNorm, keyNorm].forEach((name, i) => {
      const to = { buffer: norms, offset: layer * normStride(config) * 4 + i * bytes };
      runtime.copy(weights.vector(name).values, to, bytes);
    });
  }
}

/** As if the prompt's last token had just been drawn. */
export function startSlot({ engine, config, buffer }: DecodePass, { slot, promptIds, ...control }: SlotStart): void {
  const write = (name: string, index: number, values: Uint32Array<ArrayBuffer>) =>
    engine.runtime.write(buffer(`decode.${name}`), values, index * 4);
  write('tokens', slot, Uint32Array.of(promptIds.at(-1)!));
  write('lengths', slot, Uint32Array.of(promptIds.length));
  if (config.family === 'gpt2') write('positions', slot, Uint32Array.of(promptIds.length - 1));
  write('control', 4 * slot, samplingControl([control], []).subarray(0, 4));
  write('seen', slot * seenWords(config.vocabSize), seenBits(promptIds, config.vocabSize));
  write('output', slot * (keptTokens + 2), Uint32Array.of(0, slotRunning));
}

/** Submits, and resolves once the steps so far are done. */
export async function readSlots({ engine, cache, buffer }: DecodePass): Promise<SlotReader> {
  const bytes = samplingOutputBytes(cache.slots, keptTokens);
  const output = new Uint32Array(await engine.runtime.read(buffer('decode.output'), 0, bytes));
  return (slot, first) => reportOf(output, slot, first);
}

function reportOf(output: Uint32Array, slot: number, first: number): SlotReport {
  const { count, state, tokens } = readSlot(output, slot, keptTokens, first);
  if (state === slotFailed) throw new Error('internal: a logit is not a number, or no finite logit to sample from');
  return { count, running: state === slotRunning, ended: state === slotEnded, tokens };
}
