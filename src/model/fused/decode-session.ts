/**
 * Slots on the GPU that generate side by side: their KV cache and state, prefilling prompts into the cache, and decode
 * steps whose tokens stay on the GPU until they are read. Everything is allocated at the start. A prompt's last token goes
 * through a decode step like any drawn token, so that a prefill needs no logits and prompts in the cache serve any number
 * of samples. Leaves out which response gets which slot; see src/generation/fused.
 */
import { appendToCache, copySlots, slotCopyList, type SlotCopy } from '../../kernels/kv-cache/kv-cache';
import type { Runtime } from '../../gpu/runtime';
import { noRanks, ranksOf, type ArenaBuffer } from './arena';
import { runBlockForward } from './block';
import { runQkv } from './block-attention';
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
import { cacheShape, generationBuffers, keptTokens, prefillTokensFor } from './generation-memory';
import { fillConstants, readSlots, startSlot, type SlotReader, type SlotStart } from './slot-state';
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

/** Takes the memory of all of it. @throws DeviceError where there is not enough */
export function openDecodeSession(model: FusedModel, options: SessionOptions): DecodeSession {
  const { core } = model;
  const { runtime } = core.engine;
  const { parameters, capacity } = options;
  const prefillTokens = reservePrefill(model, options);
  const { pass, dispose } = createPass(model, options);
  const prefillEngine = { ...core.engine, tiles: tilesOfClass(core.engine.tiles, 'many') };
  fillConstants(pass, options.endTokenIds);
  return {
    prefillTokens,
    compile: () => runtime.compile(decodeKernels(pass)),
    prefill: (prompts) => {
      const opened = core.open({ groups: prefillGroups(prompts), parameters }, { training: false });
      // One table for all of a response: the "dynamic" kind depends on a length, here the capacity.
      pass.rope = core.rope(capacity);
      prefill(pass, { ...opened, engine: prefillEngine, rope: pass.rope }, prompts);
    },
    copy: (copies) => copy(pass, copies),
    start: (start) => startSlot(pass, start),
    step: () => runDecodeStep(pass),
    read: () => readSlots(pass),
    dispose: () => {
      // What is recorded may use the buffers.
      runtime.submit();
      dispose();
    },
  };
}

const loraOf = (model: FusedModel, { parameters }: SessionOptions) =>
  parameters === null ? null : model.parameters(parameters).lora;

/** Makes the arena of the largest prefill now. Returns its tokens. */
function reservePrefill(model: FusedModel, options: SessionOptions): number {
  const { slots, capacity } = options;
  const tokens = prefillTokensFor(capacity);
  const batch = { tokens, rows: slots, sequences: slots };
  const lora = loraOf(model, options);
  model.core.workspace.arena({ batch, lora, training: false, full: false, checkpointing: false });
  return tokens;
}

function createPass(model: FusedModel, options: SessionOptions): { pass: DecodePass; dispose(): void } {
  const { core, config, runtime } = model;
  const { engine } = core;
  const { parameters, slots, capacity, endTokenIds, sampling } = options;
  const lora = loraOf(model, options);
  const weights = core.weights(parameters, false);
  const ranks = lora ? ranksOf(config, lora) : noRanks;
  const endTokens = endTokenIds.length;
  const shape = { slots, capacity, keptTokens, cacheType: runtime.halves, ranks, endTokens };
  const { find, dispose } = createBuffers(runtime, generationBuffers(config, shape));
  const parts = find('decode.parts');
  const pass: DecodePass = {
    engine: { ...engine, tiles: tilesOfClass(engine.tiles, 'few') },
    config,
    weights,
    maps: layerMaps(config, weights),
    rope: core.rope(capacity),
    cache: cacheShape(config, shape),
    endTokens,
    keptTokens,
    sampling,
    parts: parts ? { buffer: parts } : null,
    buffer: (name) => {
      const found = find(name);
      if (!found) throw new Error(`internal: generation has no buffer ${name}`);
      return found;
    },
  };
  return { pass, dispose };
}

/** All of them, or none. */
function createBuffers(runtime: Runtime, wanted: readonly ArenaBuffer[]) {
  const buffers = new Map<string, GPUBuffer>();
  const dispose = () => {
    for (const buffer of buffers.values()) runtime.destroyBuffer(buffer);
    buffers.clear();
  };
  try {
    for (const { name, category, words } of wanted) buffers.set(name, runtime.createBuffer(category, name, words * 4));
  } catch (error) {
    dispose();
    throw error;
  }
  return { find: (name: string) => buffers.get(name), dispose };
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
  const last = config.layers - 1;
  for (let layer = 0; layer < last; layer++) runBlockForward(pass, layer, stream(layer), stream(layer + 1));
  // Nothing reads the last block's output: its keys and values are all that the cache needs of it.
  runQkv(pass, last, stream(last));
}

function copy({ engine, config, cache, buffer }: DecodePass, copies: readonly SlotCopy[]): void {
  if (copies.length === 0) return;
  const { runtime } = engine;
  const list = { buffer: buffer('decode.copies') };
  runtime.write(list.buffer, slotCopyList(copies));
  for (let layer = 0; layer < config.layers; layer++)
    runtime.run(copySlots({ shape: cache, cache: layerCache({ buffer }, layer), list, copies }));
}
