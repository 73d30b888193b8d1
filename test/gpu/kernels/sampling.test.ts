/**
 * Sampling on the GPU against the CPU's definition (src/generation/sampling.ts): the same token for the same uniform,
 * but where the uniform lies within fp32 rounding (1e-5) of the border between two tokens. Many slots share a row of
 * logits, so that one dispatch gives many draws.
 */
import { describe, expect, it } from 'vitest';
import { seededRandom, streamKeys } from '../../../src/data/seeded-random';
import { keptDistribution, sampleToken, type SamplingSettings } from '../../../src/generation/sampling';
import type { Runtime } from '../../../src/gpu/runtime';
import { drawReference, samplingReference } from '../../../src/kernels/sampling/reference';
import {
  noLogits,
  readSlot,
  sampleTokens,
  samplingControl,
  samplingOutputBytes,
  seenBits,
  seenWords,
  slotEnded,
  slotFailed,
  slotFull,
  slotRunning,
} from '../../../src/kernels/sampling/sampling';
import { randomFloats } from '../../support/kernel-data';
import { bufferOf, useRuntime } from '../../support/kernels';

const plain: SamplingSettings = { temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1 };

interface Setup {
  vocab: number;
  /** One a slot. */
  rows: number[];
  logits: Float32Array;
  settings: SamplingSettings;
  limit?: number;
  endTokenIds?: number[];
  promptIds?: number[];
  capacity?: number;
  lengths?: number[];
}

/** Buffers of slots in the state after their prompts, and a step that samples all of them. */
function openSlots(gpu: Runtime, setup: Setup) {
  const { vocab, rows, settings, limit = 100, endTokenIds = [], promptIds = [], capacity = 4 } = setup;
  const slots = rows.length;
  const list = (data: Float32Array | Uint32Array) => ({ buffer: bufferOf(gpu, data) });
  const zeros = (words: number) => list(new Uint32Array(words));
  const keys = rows.map((_, slot) => streamKeys('draw', slot));
  const seen = new Uint32Array(slots * seenWords(vocab));
  rows.forEach((_, slot) => seen.set(seenBits(promptIds, vocab), slot * seenWords(vocab)));
  const logits = list(setup.logits);
  const rowList = list(Uint32Array.from(rows));
  const state = {
    control: list(
      samplingControl(
        keys.map(([key, stream]) => ({ key, stream, limit })),
        endTokenIds,
      ),
    ),
    seen: list(seen),
    tokens: zeros(slots),
    lengths: list(Uint32Array.from(setup.lengths ?? rows.map(() => 5))),
    output: { buffer: gpu.createBuffer('scratch', 'output', samplingOutputBytes(slots, capacity)) },
  };
  const work = { slots, vocab, endTokens: endTokenIds.length, capacity, settings, logits, rows: rowList, ...state };
  const read = async (name: 'tokens' | 'lengths') => new Uint32Array(await gpu.read(state[name].buffer, 0, slots * 4));
  return {
    step: () => gpu.run(sampleTokens(work)),
    work,
    tokens: () => read('tokens'),
    lengths: () => read('lengths'),
    output: async () => new Uint32Array(await gpu.read(state.output.buffer, 0, samplingOutputBytes(slots, capacity))),
  };
}

/** The number the GPU uses: the upper 24 of the host's 53 bits. */
const cut = (uniform: number) => Math.floor(uniform * 2 ** 24) / 2 ** 24;

/** Whether `token` is the CPU's choice at a uniform that differs from `uniform` by rounding. */
function agrees(
  token: number,
  logits: Float32Array,
  settings: SamplingSettings,
  previous: number[],
  uniform: number,
): boolean {
  return [0, -1e-5, 1e-5].some(
    (shift) => sampleToken(logits, settings, previous, Math.min(1 - 1e-9, Math.max(0, uniform + shift))) === token,
  );
}

describe('sampling reference', () => {
  it('is the distribution of the CPU sampler', () => {
    const logits = randomFloats(301, 1).map((value) => Math.round(value * 40) / 8);
    for (const settings of [
      plain,
      { temperature: 0.7, topK: 20, topP: 0.8, repetitionPenalty: 1.3 },
      { temperature: 2, topK: 0, topP: 0.4, repetitionPenalty: 1 },
      { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 2 },
    ]) {
      const expected = keptDistribution(logits, settings, [3, 5]);
      const actual = samplingReference(logits, settings, new Set([3, 5]));
      expect(actual.filter((probability) => probability > 0)).toHaveLength(expected.ids.length);
      expected.ids.forEach((id, i) => expect(actual[id]).toBeCloseTo(expected.probs[i]!, 6));
      expect(drawReference(actual, 0.37)).toBe(sampleToken(logits, settings, [3, 5], 0.37));
    }
  });
});

describe('sampling', () => {
  const runtime = useRuntime();

  it.each<[string, Partial<SamplingSettings>, number, number]>([
    ['plain', {}, 1001, 6],
    ['hot', { temperature: 3 }, 257, 6],
    ['greedy', { temperature: 0 }, 999, 6],
    ['top-k', { topK: 7 }, 1001, 6],
    ['top-k 1', { topK: 1 }, 300, 6],
    ['top-k beyond the vocabulary', { topK: 64 }, 33, 6],
    ['top-p', { topP: 0.9 }, 1001, 6],
    ['a narrow top-p', { topP: 0.05 }, 513, 2],
    ['a wide top-p', { topP: 0.999, temperature: 1.5 }, 1001, 9],
    ['penalty', { repetitionPenalty: 1.5 }, 300, 6],
    ['greedy with penalty', { temperature: 0, repetitionPenalty: 3 }, 65, 6],
    ['everything', { temperature: 0.8, topK: 40, topP: 0.85, repetitionPenalty: 1.2 }, 1001, 10],
    ['one token', { topP: 0.5, topK: 1 }, 1, 1],
    ['five tokens', { topP: 0.5 }, 5, 1],
  ])('draws as the CPU: %s', async (_, change, vocab, spread) => {
    const gpu = runtime();
    const settings = { ...plain, ...change };
    const rowsOfLogits = 3;
    const logits = randomFloats(rowsOfLogits * vocab, vocab).map((value) => value * spread);
    const rows = Array.from({ length: 48 }, (_unused, slot) => slot % rowsOfLogits);
    const promptIds = [0, 2, 4, 31, 32].filter((id) => id < vocab);
    const slots = openSlots(gpu, { vocab, rows, logits, settings, promptIds });
    const previous = rows.map(() => [...promptIds]);
    const randoms = rows.map((_unused, slot) => seededRandom('draw', slot));
    for (let draw = 0; draw < 2; draw++) {
      slots.step();
      const tokens = await slots.tokens();
      rows.forEach((row, slot) => {
        const token = tokens[slot]!;
        const own = logits.subarray(row * vocab, (row + 1) * vocab);
        const uniform = cut(randoms[slot]!());
        if (!agrees(token, own, settings, previous[slot]!, uniform)) {
          const expected = sampleToken(own, settings, previous[slot]!, uniform);
          expect.fail(`slot ${slot}, draw ${draw}: token ${token}, the CPU draws ${expected} at ${uniform}`);
        }
        previous[slot]!.push(token);
      });
    }
  });

  it.each<[string, Partial<SamplingSettings>]>([
    ['top-k', { topK: 10 }],
    ['top-p', { topP: 0.6 }],
    ['both', { topK: 30, topP: 0.7 }],
    ['top-p 0', { topP: 0 }],
  ])('keeps of tokens that tie what the CPU keeps: %s', async (_, change) => {
    const gpu = runtime();
    const settings = { ...plain, ...change };
    const vocab = 203;
    const logits = randomFloats(vocab, 5).map((value) => Math.round(value * 3));
    logits.forEach((value, id) => value === 0 && (logits[id] = id % 2 ? 0 : -0));
    const rows = Array<number>(500).fill(0);
    const slots = openSlots(gpu, { vocab, rows, logits, settings });
    slots.step();
    const drawn = new Set(await slots.tokens());
    const kept = [...keptDistribution(logits, settings, []).ids];
    expect([...drawn].filter((id) => !kept.includes(id))).toEqual([]);
    rows.forEach((_row, slot) => {
      const uniform = cut(seededRandom('draw', slot)());
      if (kept.length < 3) expect(drawn.has(sampleToken(logits, settings, [], uniform))).toBe(true);
    });
    // 500 draws from at most 60 tokens of like probability: all but the unlucky are seen, the border's among them.
    expect(drawn.size).toBeGreaterThan(0.9 * kept.length - 1);
  });

  it('draws with the probabilities of the kept tokens', async () => {
    const gpu = runtime();
    const vocab = 40;
    const settings = { temperature: 1.2, topK: 20, topP: 0.9, repetitionPenalty: 1.1 };
    const logits = randomFloats(vocab, 9).map((value) => 3 * value);
    const rows = Array<number>(3000).fill(0);
    const slots = openSlots(gpu, { vocab, rows, logits, settings, promptIds: [1, 2, 3] });
    slots.step();
    const counts = new Float64Array(vocab);
    for (const token of await slots.tokens()) counts[token]! += 1;
    const { ids, probs } = keptDistribution(logits, settings, [1, 2, 3]);
    const chiSquare = [...ids].reduce((sum, id, i) => {
      const expected = probs[i]! * rows.length;
      return sum + (counts[id]! - expected) ** 2 / expected;
    }, 0);
    const freedom = ids.length - 1;
    expect([...ids].reduce((sum, id) => sum + counts[id]!, 0)).toBe(rows.length);
    expect(chiSquare).toBeLessThan(freedom + 4 * Math.sqrt(2 * freedom));
  });

  it('keeps the state of slots: lengths, ring of tokens, end tokens, limits, slots without logits', async () => {
    const gpu = runtime();
    const vocab = 9;
    const logits = new Float32Array(3 * vocab);
    [4, 7, 2].forEach((best, row) => (logits[row * vocab + best] = 5));
    const slots = openSlots(gpu, {
      vocab,
      logits,
      rows: [0, 1, noLogits, 2],
      settings: { ...plain, temperature: 0 },
      limit: 6,
      endTokenIds: [8, 7],
      lengths: [5, 6, 7, 1],
    });
    for (let i = 0; i < 5; i++) slots.step();
    expect([...(await slots.lengths())]).toEqual([10, 0, 7, 6]);
    expect([...(await slots.tokens())]).toEqual([4, 7, 0, 2]);
    const before = await slots.output();
    expect(readSlot(before, 0, 4, 1)).toEqual({ count: 5, state: slotRunning, tokens: [4, 4, 4, 4] });
    expect(readSlot(before, 1, 4, 0)).toEqual({ count: 1, state: slotEnded, tokens: [7] });
    expect(readSlot(before, 2, 4, 0)).toEqual({ count: 0, state: slotRunning, tokens: [] });
    for (let i = 0; i < 3; i++) slots.step();
    const after = await slots.output();
    expect(readSlot(after, 3, 4, 5)).toEqual({ count: 6, state: slotFull, tokens: [2] });
    expect([...(await slots.lengths())]).toEqual([0, 0, 7, 0]);
  });

  it('marks a slot whose logits are not numbers or not finite as failed', async () => {
    const gpu = runtime();
    const vocab = 300;
    const logits = randomFloats(5 * vocab, 3);
    logits[7] = NaN;
    logits[vocab + 299] = Infinity;
    logits.fill(-Infinity, 2 * vocab, 3 * vocab);
    logits.fill(-Infinity, 3 * vocab, 4 * vocab - 1);
    const slots = openSlots(gpu, { vocab, logits, rows: [0, 1, 2, 3, 4], settings: { ...plain, topP: 0.9, topK: 5 } });
    slots.step();
    const output = await slots.output();
    const states = [0, 1, 2, 3, 4].map((slot) => readSlot(output, slot, 4, 0).state);
    expect(states).toEqual([slotFailed, slotFailed, slotFailed, slotRunning, slotRunning]);
    expect(readSlot(output, 3, 4, 0).tokens).toEqual([vocab - 1]);
    expect([...(await slots.lengths())]).toEqual([0, 0, 0, 6, 6]);
  });

  it('samples from a vocabulary of 151,936', async () => {
    const gpu = runtime();
    const vocab = 151_936;
    // Roughly normal, as logits are: a few tokens lead, most of the mass lies further down.
    const noise = [1, 2, 3, 4].map((seed) => randomFloats(vocab, seed));
    const logits = Float32Array.from(noise[0]!, (_, id) => 2.5 * noise.reduce((sum, part) => sum + part[id]!, 0));
    const settings = { temperature: 0.9, topK: 0, topP: 0.95, repetitionPenalty: 1.1 };
    const slots = openSlots(gpu, { vocab, logits, rows: [0, 0, 0], settings, promptIds: [17] });
    slots.step();
    (await slots.tokens()).forEach((token, slot) => {
      expect(agrees(token, logits, settings, [17], cut(seededRandom('draw', slot)()))).toBe(true);
    });
  });
});
