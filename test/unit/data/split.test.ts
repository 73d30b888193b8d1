import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitDataset, splitForSft, type DatasetSplit, type SplitSizes } from '../../../src/data/split';
import { promptKey } from '../../../src/data/split-key';
import type { SplitKey } from '../../../src/protocol/dataset';
import { InputError } from '../../../src/protocol/errors';

const keyOf = async (prompt: string, i: number, heldOut = false): Promise<SplitKey> => ({
  id: `${prompt}/${i}`,
  prompt: await promptKey(prompt),
  heldOut,
});

const keysOf = (...prompts: string[]) => Promise.all(prompts.map((prompt, i) => keyOf(prompt, i)));
const numbered = (from: number, to: number) =>
  keysOf(...Array.from({ length: to - from }, (_, i) => `prompt ${from + i}`));

const parts = ['train', 'referee', 'heldOutPairs', 'heldOutPrompts', 'roundPrompts'] as const;
const promptsOf = (keys: SplitKey[], positions: number[]) => new Set(positions.map((i) => keys[i]!.prompt));
const heldOut = (keys: SplitKey[], split: DatasetSplit) =>
  promptsOf(keys, [...split.heldOutPairs, ...split.heldOutPrompts]);
const trained = (keys: SplitKey[], split: DatasetSplit) => promptsOf(keys, [...split.train, ...split.roundPrompts]);

const sizes: SplitSizes = {
  heldOutPairs: 20,
  heldOutPrompts: 10,
  trainPairs: 100,
  seed: 42,
  heldOutShare: 0.2,
  refereeHalf: false,
};
const all: SplitSizes = { ...sizes, heldOutPairs: 1e6, heldOutPrompts: 1e6, trainPairs: 0 };

describe('splitDataset', () => {
  it('gives the counts asked for, and the rest of the training part as prompts for the rounds', async () => {
    const split = splitDataset(await numbered(0, 1000), sizes);
    expect([split.train.length, split.heldOutPairs.length, split.heldOutPrompts.length]).toEqual([100, 20, 10]);
    expect(split.roundPrompts.length).toBeGreaterThan(600);
    expect(split.referee).toEqual([]);
  });

  it('holds out the stated share, half of it as pairs, and gives half of training to the referee', async () => {
    const keys = await numbered(0, 4000);
    const { train, referee, heldOutPairs, heldOutPrompts } = splitDataset(keys, { ...all, refereeHalf: true });
    // Binomial: five standard deviations.
    expect(Math.abs(heldOutPairs.length - 400)).toBeLessThan(95);
    expect(Math.abs(heldOutPrompts.length - 400)).toBeLessThan(95);
    expect(Math.abs(train.length - referee.length)).toBeLessThan(285);
    expect(train.length + referee.length + heldOutPairs.length + heldOutPrompts.length).toBe(4000);
  });

  it('depends on content and seed only; the seed chooses within a part', async () => {
    const keys = await numbered(0, 600);
    const ids = (own: SplitKey[], split: DatasetSplit) => parts.map((part) => split[part].map((i) => own[i]!.id));
    const reversed = [...keys].reverse();
    expect(ids(reversed, splitDataset(reversed, sizes))).toEqual(ids(keys, splitDataset(keys, sizes)));
    const other = splitDataset(keys, { ...sizes, seed: 43 });
    expect(other.heldOutPairs).not.toEqual(splitDataset(keys, sizes).heldOutPairs);
    const whole = heldOut(keys, splitDataset(keys, all));
    expect([...heldOut(keys, other)].every((prompt) => whole.has(prompt))).toBe(true);
  });

  it('never has a prompt in two parts, however often it occurs', async () => {
    const anyPrompts = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 30, maxLength: 200 });
    const anySizes = fc.record({
      heldOutPairs: fc.integer({ min: 0, max: 8 }),
      heldOutPrompts: fc.integer({ min: 1, max: 5 }),
      trainPairs: fc.integer({ min: 0, max: 80 }),
      seed: fc.integer({ min: 0, max: 9 }),
      heldOutShare: fc.constantFrom(0.2, 0.5),
      refereeHalf: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(anyPrompts, anySizes, async (prompts, asked) => {
        const keys = await keysOf(...prompts.map(String));
        let split: DatasetSplit;
        try {
          split = splitDataset(keys, asked);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          return;
        }
        const found = parts.map((part) => promptsOf(keys, split[part]));
        expect(new Set(found.flatMap((part) => [...part])).size).toBe(found.reduce((sum, part) => sum + part.size, 0));
        expect(split.heldOutPairs.length).toBeLessThanOrEqual(asked.heldOutPairs);
        expect(split.heldOutPrompts.length).toBeLessThanOrEqual(asked.heldOutPrompts);
        expect(split.train.length).toBeLessThanOrEqual(asked.trainPairs || Infinity);
      }),
      { numRuns: 100 },
    );
  });

  it('added data never moves a prompt, whatever the sizes: also for small data and when training takes all', async () => {
    for (const asked of [sizes, all, { ...sizes, trainPairs: 5000 }, { ...all, refereeHalf: true }]) {
      let held = new Set<string>();
      let learnt = new Set<string>();
      for (const total of [60, 70, 400, 3000]) {
        const keys = await numbered(0, total);
        const split = splitDataset(keys, asked);
        expect([...held].filter((prompt) => trained(keys, split).has(prompt))).toEqual([]);
        expect([...learnt].filter((prompt) => heldOut(keys, split).has(prompt))).toEqual([]);
        held = new Set([...held, ...heldOut(keys, split)]);
        learnt = new Set([...learnt, ...trained(keys, split)]);
      }
    }
  });

  it('holds out the prompts of test files, also where training files have them', async () => {
    const keys = await numbered(0, 200);
    const marked = [...keys, ...(await Promise.all([1, 2, 3].map((i) => keyOf(`prompt ${i}`, 1000, true))))];
    const split = splitDataset(marked, all);
    for (const i of [1, 2, 3]) expect(heldOut(marked, split).has(keys[i]!.prompt)).toBe(true);
    // With no share of its own, the test files are all that is held out.
    const only = splitDataset(marked, { ...all, heldOutShare: 0, heldOutPairs: 0 });
    expect(heldOut(marked, only).size).toBeLessThanOrEqual(3);
    expect(only.train.length).toBe(197);
  });

  it('says the counts when a part is empty', async () => {
    const keys = await numbered(0, 300);
    expect(() => splitDataset([], sizes)).toThrow(/0 usable records.*nothing to train on/);
    expect(() => splitDataset(keys, { ...sizes, heldOutShare: 0 })).toThrow(
      /300 usable records with 300 different prompts.*no held-out pair, no held-out prompt.*heldOutShare/,
    );
    expect(() => splitForSft([], sizes)).toThrow(InputError);
  });
});

describe('splitForSft', () => {
  it('trains on the training part, at most as many as asked for', async () => {
    const keys = await numbered(0, 500);
    const split = splitDataset(keys, all);
    expect(new Set(splitForSft(keys, all))).toEqual(new Set(split.train));
    expect(splitForSft(keys, sizes)).toEqual(splitDataset(keys, sizes).train);
  });
});
