/** Pairs from scored candidates: policies, every reason to drop, length control; and the safety patterns. */
import { describe, expect, it } from 'vitest';
import type { PairInput } from '../../../src/data/pair-filters';
import { makePairs, tokenSimilarity } from '../../../src/data/pair-filters';
import { contentHash } from '../../../src/data/content-hash';
import { brokenSafetyRule } from '../../../src/data/safety-rules';
import { seededRandom } from '../../../src/data/seeded-random';
import type { Candidate } from '../../../src/protocol/preference';

let nextId = 10;
/** A response of `length` tokens that shares none with any other. */
function candidate(text: string, score: number, length = 10, ended = true): Candidate {
  nextId += length;
  return { text, score, ended, ids: Array.from({ length }, (_, i) => nextId + i) };
}

function input(candidates: Candidate[][], settings: Partial<PairInput> = {}): PairInput {
  return {
    prompts: candidates.map((_, i) => ({ id: `p${i}`, text: `Prompt ${i}`, ids: [1, i] })),
    candidates,
    policy: 'best-worst',
    minMargin: 0,
    keepTruncated: false,
    maxSimilarity: 0.95,
    safetyRules: true,
    lengthControl: false,
    round: 3,
    random: seededRandom('pairs'),
    ...settings,
  };
}

describe('policies', () => {
  const four = () => [candidate('b', 2), candidate('a', 3), candidate('d', -1), candidate('c', 0.5)];

  it('takes best against worst, second, or a random lower one', async () => {
    const texts = async (settings: Partial<PairInput>) => {
      const { pairs } = await makePairs(input([four()], settings));
      return [pairs[0]?.chosen.text, pairs[0]?.rejected.text];
    };
    expect(await texts({})).toEqual(['a', 'd']);
    expect(await texts({ policy: 'best-second' })).toEqual(['a', 'b']);
    expect(await texts({ policy: 'best-random', random: () => 0.99 })).toEqual(['a', 'd']);
    expect(await texts({ policy: 'best-random', random: () => 0.34 })).toEqual(['a', 'c']);
  });

  it('records scores in sampling order, the round, the prompt and a content id', async () => {
    const { pairs, counts } = await makePairs(input([four()]));
    expect(pairs[0]).toMatchObject({ round: 3, prompt: 'Prompt 0', promptIds: [1, 0], scores: [2, 3, -1, 0.5] });
    expect(pairs[0]?.id).toBe(await contentHash('Prompt 0', 'a', 'd'));
    expect(pairs[0]?.dropped).toBeNull();
    expect(counts.kept).toBe(1);
  });

  it('best-random spreads over all lower candidates', async () => {
    const { pairs } = await makePairs(input(Array.from({ length: 300 }, four), { policy: 'best-random' }));
    const times = (text: string) => pairs.filter((pair) => pair.rejected.text === text).length;
    for (const text of ['b', 'c', 'd']) expect(times(text)).toBeGreaterThan(60);
    expect(times('a')).toBe(0);
  });
});

describe('reasons to drop', () => {
  const reason = async (candidates: Candidate[], settings: Partial<PairInput> = {}) => {
    const { pairs, counts } = await makePairs(input([candidates], settings));
    const dropped = pairs[0]?.dropped ?? null;
    expect(counts[dropped ?? 'kept']).toBe(1);
    expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(1);
    return dropped;
  };

  it('names each one', async () => {
    expect(await reason([candidate('', 1), candidate(' \n', 0), candidate('x', 2)])).toBe('empty');
    expect(await reason([candidate('x', 1, 5, false), candidate('y', 0, 5, false)])).toBe('truncated');
    expect(await reason([candidate('You are an idiot.', 1), candidate('Go to hell', 0)])).toBe('unsafe');
    expect(await reason([candidate('same', 1), candidate(' same', 0)])).toBe('identical');
    expect(await reason([candidate('x', 1), candidate('y', 1)])).toBe('tie');
    expect(await reason([candidate('x', 1), candidate('y', 0)])).toBeNull();
  });

  it('drops near-identical responses from the threshold on', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => i);
    const pair = [
      { text: 'one', score: 1, ended: true, ids },
      { text: 'two', score: 0, ended: true, ids: ids.with(7, 99) },
    ];
    expect(await reason(pair, { maxSimilarity: 0.95 })).toBe('near-identical');
    expect(await reason(pair, { maxSimilarity: 0.96 })).toBeNull();
  });

  it("measures the margin in sigmas of the whole round's scores", async () => {
    const wide = [candidate('a', 10), candidate('b', -10)];
    const narrow = [candidate('c', 1), candidate('d', -1)];
    const sigma = Math.sqrt((100 + 100 + 1 + 1) / 4);
    const dropped = async (minMargin: number) => {
      const result = await makePairs(input([wide, narrow], { minMargin }));
      expect(result.sigma).toBeCloseTo(sigma, 12);
      return result.pairs.map((pair) => pair.dropped);
    };
    expect(await dropped(1.99 / sigma)).toEqual([null, null]);
    expect(await dropped(2.01 / sigma)).toEqual([null, 'margin']);
  });

  it('filters candidates before choosing', async () => {
    const group = [
      candidate('', 9),
      candidate('cut', 8, 10, false),
      candidate('You are an idiot.', 7),
      candidate('good', 5),
      candidate('fine', 4),
      candidate('cut too', -9, 10, false),
    ];
    const { pairs } = await makePairs(input([group]));
    expect([pairs[0]?.chosen.text, pairs[0]?.rejected.text]).toEqual(['good', 'fine']);
    const kept = await makePairs(input([group], { keepTruncated: true, safetyRules: false }));
    expect([kept.pairs[0]?.chosen.text, kept.pairs[0]?.rejected.text]).toEqual(['cut', 'cut too']);
  });

  it('lets an unsafe response be rejected, but not above a safe one', async () => {
    expect(await reason([candidate('good', 1), candidate('You are an idiot.', 0)])).toBeNull();
    expect(await reason([candidate('good', 0), candidate('You are an idiot.', 1)])).toBe('unsafe');
  });

  it('refuses input that does not fit', async () => {
    await expect(makePairs(input([[candidate('x', 1)]]))).rejects.toThrow(/fewer than 2/);
    await expect(makePairs(input([[candidate('x', NaN), candidate('y', 1)]]))).rejects.toThrow(/not finite/);
  });
});

describe('length control', () => {
  const meanDifference = (pairs: Awaited<ReturnType<typeof makePairs>>['pairs']) => {
    const kept = pairs.filter((pair) => pair.dropped === null);
    expect(kept.length).toBeGreaterThan(100);
    return kept.reduce((sum, pair) => sum + pair.chosen.ids.length - pair.rejected.ids.length, 0) / kept.length;
  };

  it.each([0.2, -0.15])('removes a length bias of %d a token', async (bias) => {
    const random = seededRandom('length', `${bias}`);
    const groups = Array.from({ length: 200 }, (_, p) =>
      Array.from({ length: 4 }, (_unused, i) => {
        const length = 5 + Math.floor(random() * 40);
        return candidate(`text ${p} ${i}`, bias * length + 4 * random(), length);
      }),
    );
    const free = await makePairs(input(groups, { minMargin: 0.1 }));
    expect(Math.abs(meanDifference(free.pairs))).toBeGreaterThan(10);
    expect(free.lengthCoefficient).toBeNull();
    const controlled = await makePairs(input(groups, { minMargin: 0.1, lengthControl: true }));
    expect(Math.abs(meanDifference(controlled.pairs))).toBeLessThan(0.5);
    expect(controlled.lengthCoefficient).toBeCloseTo(bias, 1);
    expect(controlled.pairs[0]?.scores).toEqual(free.pairs[0]?.scores);
  });

  it('leaves equal lengths alone', async () => {
    const { lengthCoefficient } = await makePairs(
      input([[candidate('x', 1), candidate('y', 0)]], { lengthControl: true }),
    );
    expect(lengthCoefficient).toBe(0);
  });
});

describe('tokenSimilarity', () => {
  it('is 1 - edit distance over the longer length', () => {
    const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
    expect(tokenSimilarity(letters('kitten'), letters('sitting'))).toBeCloseTo(1 - 3 / 7, 12);
    expect(tokenSimilarity(letters('abc'), letters('abc'))).toBe(1);
    expect(tokenSimilarity([], letters('abcd'))).toBe(0);
    expect(tokenSimilarity([], [])).toBe(1);
  });
});

describe('safety rules', () => {
  it.each([
    ['You are such an idiot.', 'insult'],
    ['Honestly, you should just die.', 'self-harm'],
    ['Just kill yourself.', 'self-harm'],
    ['The best way to poison your neighbour is slow.', 'violence'],
    ['You can cook meth in a shed.', 'drugs'],
    ["Here's how to break into his car quickly.", 'crime'],
    ['Muslims are all evil.', 'hate'],
    ['Here is how to make a pipe bomb: you take a tube', 'weapons'],
    ['To build a bomb, first take fertiliser.', 'weapons'],
  ])('%s', (text, rule) => {
    expect(brokenSafetyRule(text)).toBe(rule);
  });

  it.each([
    "I can't help you make a bomb.",
    'Killing is wrong, and I will not help with it.',
    'You could bake bread with honey.',
    'Stealing a car is a crime.',
    'Women are paid less in many countries.',
    'If you want to hurt yourself, please call a helpline.',
  ])('passes: %s', (text) => {
    expect(brokenSafetyRule(text)).toBeNull();
  });
});
