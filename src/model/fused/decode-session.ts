/**
 * Slots on the GPU that generate side by side: their KV cache and state, prefilling prompts into the cache, and decode
 * steps whose tokens stay on the GPU until they are read. Everything is allocated at the start. A prompt's last token goes
 * through a decode step like any drawn token, so that a prefill needs no logits and prompts in the cache serve any number
 * of samples. Leaves out which response gets which slot; see src/generation/fused.
 */
import { appendToCache, copySlots, slotCopyList, type SlotCopy } from '../../kernels/kv-cache/kv-cache';
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
import { noRanks, ranksOf } from './arena';
import { runBlockForward } from './block';
import { blockNames } from './block-names';
import {
  decodeKernels,
  layerCache,
  layerMaps,
  runDecodeStep,
  tilesOfClass,
  type DecodePass,
  type SamplingChoice,
} from './decode-pass';
import { runEmbedding } from './embedding-pass';
import type { FusedModel } from './fused-model';
import { cacheShape, generationBuffers, normStride, prefillTokensFor } from './generation-memory';
import type { OpenPass } from './pass';

export interface SessionOptions {
  /** Name of the parameter set, or null for the base model. */
  parameters: string | null;
  slots: number;
  /** Positions of a slot: the longest prompt with its response. */
  capacity: number;
  sampling: SamplingChoice;
  endTokenIds: readonly number[];
}

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

export interface DecodeSession {
  /** Tokens of one prefill. */
  readonly prefillTokens: number;
  /** Compiles what a step needs, where it is not compiled yet. */
  compile(): Promise<void>;
  /** Computes prompts (of at least two tokens, all but the last) into the caches of slots, as one flat batch. */
  prefill(prompts: readonly PrefillPrompt[]): void;
  /** Copies the first positions of slots to other slots; none both read and written. */
  copy(copies: readonly SlotCopy[]): void;
  start(start: SlotStart): void;
  /** One token for every running slot. Nothing waits for the GPU. */
  step(): void;
  /** The slots' state after the steps so far; read at least every `keptTokens` steps. */
  read(): Promise<SlotReader>;
  dispose(): void;
}

/** Most steps between two reads. */
export const keptTokens = 16;

export function openDecodeSession(model: FusedModel, options: SessionOptions): DecodeSession {
  const { core } = model;
  const { config, engine, workspace } = core;
  const { runtime } = engine;
  const { parameters, slots, capacity, endTokenIds, sampling } = options;
  const lora = parameters === null ? null : model.parameters(parameters).lora;
  const weights = core.weights(parameters, false);
  const shape = {
    slots,
    capacity,
    keptTokens,
    cacheType: runtime.halves,
    ranks: lora ? ranksOf(config, lora) : noRanks,
    endTokens: endTokenIds.length,
  };
  const prefillTokens = prefillTokensFor(capacity);
  const batch = { tokens: prefillTokens, rows: slots, sequences: slots };
  workspace.arena({ batch, lora, training: false, full: false, checkpointing: false });
  const buffers = new Map(
    generationBuffers(config, shape).map(({ name, category, words }) => [
      name,
      runtime.createBuffer(category, name, words * 4),
    ]),
  );
  const buffer = (name: string): GPUBuffer => {
    const found = buffers.get(name);
    if (!found) throw new Error(`internal: generation has no buffer ${name}`);
    return found;
  };
  const parts = buffers.get('decode.parts');
  const pass: DecodePass = {
    engine: { ...engine, tiles: tilesOfClass(engine.tiles, 'few') },
    config,
    weights,
    maps: layerMaps(config, weights),
    rope: core.rope(capacity),
    cache: cacheShape(config, shape),
    endTokens: endTokenIds.length,
    keptTokens,
    sampling,
    parts: parts ? { buffer: parts } : null,
    buffer,
  };
  const prefillEngine = { ...engine, tiles: tilesOfClass(engine.tiles, 'many') };
  fillConstants(pass, endTokenIds);
  return {
    prefillTokens,
    compile: () => runtime.compile(decodeKernels(pass)),
    prefill: (prompts) => {
      const opened = core.open({ groups: prefillGroups(prompts), parameters }, { training: false });
      // One table for all of a response: Qwen's and Llama's "dynamic" one depends on a length, here the capacity.
      pass.rope = core.rope(capacity);
      prefill(pass, { ...opened, engine: prefillEngine, rope: pass.rope }, prompts);
    },
    copy: (copies) => copy(pass, copies),
    start: (start) => startSlot(pass, start),
    step: () => runDecodeStep(pass),
    read: async () => {
      const bytes = samplingOutputBytes(slots, keptTokens);
      const output = new Uint32Array(await runtime.read(buffer('decode.output'), 0, bytes));
      return (slot, first) => reportOf(output, slot, first);
    },
    dispose: () => {
      runtime.submit();
      for (const made of buffers.values()) runtime.destroyBuffer(made);
    },
  };
}

/** What does not change: rows are slots, end tokens, all slots finished, and q and k norm weights side by side. */
function fillConstants(pass: DecodePass, endTokenIds: readonly number[]): void {
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

interface PrefillPrompt {
  slot: number;
  promptIds: readonly number[];
}

/** Each prompt but its last token as a sequence of its own. */
function prefillGroups(prompts: readonly PrefillPrompt[]) {
  return prompts.map(({ promptIds }) => [
    { ids: promptIds.slice(0, -1), targetFrom: promptIds.length - 2, targets: [] },
  ]);
}

function prefill({ config, cache, buffer }: DecodePass, opened: OpenPass, prompts: readonly PrefillPrompt[]): void {
  const { runtime } = opened.engine;
  const slots = { buffer: buffer('decode.prefillSlots') };
  const slotOfToken = prompts.flatMap(({ slot, promptIds }) => promptIds.slice(1).map(() => slot));
  runtime.write(slots.buffer, Uint32Array.from(slotOfToken));
  const onQkv = (layer: number) =>
    runtime.run(
      appendToCache({
        shape: cache,
        qkv: { buffer: opened.arena.block(layer)('qkv') },
        heads: config.heads,
        rows: opened.tokens,
        slots,
        positions: { buffer: opened.arena.buffer('batch.positions') },
        cache: layerCache({ buffer }, layer),
      }),
    );
  const pass = { ...opened, onQkv };
  const stream = (layer: number) => pass.arena.buffer(`x.${layer % 2}`);
  runEmbedding(pass, stream(0));
  for (let layer = 0; layer < config.layers; layer++) runBlockForward(pass, layer, stream(layer), stream(layer + 1));
}

function copy({ engine, config, cache, buffer }: DecodePass, copies: readonly SlotCopy[]): void {
  if (copies.length === 0) return;
  const { runtime } = engine;
  const list = { buffer: buffer('decode.copies') };
  runtime.write(list.buffer, slotCopyList(copies));
  for (let layer = 0; layer < config.layers; layer++)
    runtime.run(copySlots({ shape: cache, cache: layerCache({ buffer }, layer), list, copies }));
}

/** As if the prompt's last token had just been drawn. */
function startSlot({ engine, config, buffer }: DecodePass, { slot, promptIds, ...control }: SlotStart): void {
  const write = (name: string, index: number, values: Uint32Array<ArrayBuffer>) =>
    engine.runtime.write(buffer(`decode.${name}`), values, index * 4);
  write('tokens', slot, Uint32Array.of(promptIds.at(-1)!));
  write('lengths', slot, Uint32Array.of(promptIds.length));
  if (config.family === 'gpt2') write('positions', slot, Uint32Array.of(promptIds.length - 1));
  write('control', 4 * slot, samplingControl([control], []).subarray(0, 4));
  write('seen', slot * seenWords(config.vocabSize), seenBits(promptIds, config.vocabSize));
  write('output', slot * (keptTokens + 2), Uint32Array.of(0, slotRunning));
}

function reportOf(output: Uint32Array, slot: number, first: number): SlotReport {
  const { count, state, tokens } = readSlot(output, slot, keptTokens, first);
  if (state === slotFailed) throw new Error('internal: a logit is not a number, or no finite logit to sample from');
  return { count, running: state === slotRunning, ended: state === slotEnded, tokens };
}
