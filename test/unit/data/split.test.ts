import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitPairs, type PreferenceSplit } from '../../../src/data/split';
import { InputError } from '../../../src/protocol/errors';
import type { PreferencePair } from '../../../src/protocol/preference';

function pairsOf(...prompts: string[]): PreferencePair[] {
  return prompts.map((prompt, i) => ({ id: `${prompt}/${i}`, prompt, chosen: ' yes', rejected: ' no' }));
}

function numbered(from: number, to: number): PreferencePair[] {
  return pairsOf(...Array.from({ length: to - from }, (_, i) => `prompt ${from + i}`));
}

function promptsOf(pairs: PreferencePair[]): Set<string> {
  return new Set(pairs.map(({ prompt }) => JSON.stringify(prompt)));
}

function heldOut(split: PreferenceSplit): Set<string> {
  return promptsOf([...split.heldOutPairs, ...split.heldOutPrompts]);
}

function trained(split: PreferenceSplit): Set<string> {
  return promptsOf([...split.train, ...split.roundPrompts]);
}

const sizes = { heldOutPairs: 20, heldOutPrompts: 10, trainPairs: 100, seed: 42 };

describe('splitPairs', () => {
  it('gives the counts asked for, and the rest as prompts for the rounds', () => {
    const split = splitPairs(numbered(0, 1000), sizes);
    expect([split.train.length, split.heldOutPairs.length, split.heldOutPrompts.length]).toEqual([100, 20, 10]);
    expect(split.roundPrompts.length).toBeGreaterThan(500);
    const all = splitPairs(numbered(0, 1000), { ...sizes, trainPairs: 0 });
    expect([all.train.length, all.roundPrompts.length]).toEqual([970, 0]);
  });

  it('depends on content and seed only', () => {
    const pairs = numbered(0, 300);
    expect(splitPairs([...pairs].reverse(), sizes)).toEqual(splitPairs(pairs, sizes));
    const other = heldOut(splitPairs(pairs, { ...sizes, seed: 43 }));
    const same = [...heldOut(splitPairs(pairs, sizes))].filter((prompt) => other.has(prompt));
    expect(same.length).toBeLessThan(15);
  });

  it('never has a prompt in two parts, however often it occurs', () => {
    const anyPrompts = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 30, maxLength: 200 });
    const anySizes = fc.record({
      heldOutPairs: fc.integer({ min: 0, max: 8 }),
      heldOutPrompts: fc.integer({ min: 1, max: 5 }),
      trainPairs: fc.integer({ min: 0, max: 80 }),
      seed: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(anyPrompts, anySizes, (prompts, asked) => {
        fc.pre(new Set(prompts).size > 15);
        const split = splitPairs(pairsOf(...prompts.map(String)), asked);
        const parts = [split.train, split.heldOutPairs, split.heldOutPrompts, split.roundPrompts].map(promptsOf);
        expect(new Set(parts.flatMap((part) => [...part])).size).toBe(parts.reduce((sum, part) => sum + part.size, 0));
        expect(split.heldOutPairs).toHaveLength(asked.heldOutPairs);
        expect(split.heldOutPrompts).toHaveLength(asked.heldOutPrompts);
        expect(split.train.length).toBeLessThanOrEqual(asked.trainPairs || Infinity);
      }),
      { numRuns: 100 },
    );
  });

  it('added data never moves a held-out prompt into training', () => {
    for (let seed = 0; seed < 10; seed++) {
      let before = new Set<string>();
      for (const total of [400, 420, 800, 3000]) {
        const split = splitPairs(numbered(0, total), { ...sizes, seed });
        const now = trained(split);
        expect([...before].filter((prompt) => now.has(prompt))).toEqual([]);
        before = new Set([...before, ...heldOut(split)]);
      }
    }
  });

  it('trains on what is left when there is less than asked for', () => {
    const split = splitPairs(numbered(0, 60), sizes);
    expect([split.train.length, split.heldOutPairs.length, split.heldOutPrompts.length]).toEqual([30, 20, 10]);
    expect(split.roundPrompts).toEqual([]);
  });

  it('says the counts when nothing is left to train on', () => {
    expect(() => splitPairs(numbered(0, 30), sizes)).toThrow(InputError);
    expect(() => splitPairs(numbered(0, 30), sizes)).toThrow(/30 usable pairs with 30 .*20 pairs and 10 prompts/);
    expect(() => splitPairs([], sizes)).toThrow(/0 usable pairs/);
    expect(splitPairs(numbered(0, 31), sizes).train).toHaveLength(1);
  });
});
