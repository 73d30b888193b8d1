/** Training of the byte-level BPE: its merges, that no text is lost, and that only the special tokens' own text gives them. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadTokenizer, type TextTokenizer } from '../../../src/data/tokenizer';
import { END_TOKEN, PAD_TOKEN, trainTokenizer, WORD_PATTERN, type TokenizerFolder } from '../../../src/demo/train-bpe';

function load(folder: TokenizerFolder): TextTokenizer {
  return loadTokenizer({
    tokenizerJson: folder['tokenizer.json'],
    tokenizerConfig: folder['tokenizer_config.json'],
    specialTokensMap: folder['special_tokens_map.json'],
  });
}

const read = (name: string) => JSON.parse(readFileSync(`public/demo/model/${name}`, 'utf8')) as unknown;
const committed: TokenizerFolder = {
  'tokenizer.json': read('tokenizer.json'),
  'tokenizer_config.json': read('tokenizer_config.json'),
  'special_tokens_map.json': read('special_tokens_map.json'),
};
const tokenizer = load(committed);
const mergesOf = (folder: TokenizerFolder) =>
  z.object({ model: z.object({ merges: z.array(z.tuple([z.string(), z.string()])) }) }).parse(folder['tokenizer.json'])
    .model.merges;

describe('merges', () => {
  it('join the commonest pair first, equal ones by their letters', () => {
    // "aa" 3 times within words, then "aab"; "xy" and "zx" twice each.
    expect(mergesOf(trainTokenizer(['aab aab aab xy zxy'], 1000, 2))).toEqual([
      ['a', 'a'],
      ['aa', 'b'],
      ['x', 'y'],
      ['Ġ', 'aab'],
    ]);
  });

  it('stop at the wanted size and at rare pairs', () => {
    expect(load(trainTokenizer(['aab aab aab xy zxy'], 260, 1)).vocabSize).toBe(260);
    expect(load(trainTokenizer(['aab aab aab xy zxy'], 1000, 4)).vocabSize).toBe(258);
  });

  it('make a loop of the same letter once', () => {
    const small = load(trainTokenizer(['aaaa aaaa'], 259, 1));
    expect(small.encode('aaa', false)).toHaveLength(2);
  });
});

describe('the committed tokenizer', () => {
  it('has 1,024 tokens with end and padding among them', () => {
    expect(tokenizer.vocabSize).toBe(1024);
    expect([tokenizer.eosTokenId, tokenizer.padTokenId, tokenizer.bosTokenId]).toEqual([0, 1, null]);
  });

  it('takes a turn of the HH format as one token', () => {
    expect(tokenizer.encode('\n\nHuman:', false)).toHaveLength(1);
    expect(tokenizer.encode('\n\nAssistant:', false)).toHaveLength(1);
  });

  it('renders messages in the HH format', () => {
    const messages = [{ role: 'user' as const, content: 'Hello!' }];
    expect(tokenizer.applyChatTemplate(messages, true)).toBe('\n\nHuman: Hello!\n\nAssistant:');
  });

  it('gives any text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text, true), false)).toBe(text);
      }),
      { numRuns: 500 },
    );
    for (const text of ['\n\n\n a  b\t\u0000', '\n\nHuman:\n\nHuman: x', '日本 🙂é', ' 007 ']) {
      expect(tokenizer.decode(tokenizer.encode(text, false), false)).toBe(text);
    }
  });

  it('cuts text into words without losing any', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect([...text.matchAll(new RegExp(WORD_PATTERN, 'gu'))].map(([word]) => word).join('')).toBe(text);
      }),
    );
  });

  it('makes special tokens only of their own text, never by merging', () => {
    expect(tokenizer.encode(`a${END_TOKEN}`, false)).toContain(0);
    const json = z.looseObject({ added_tokens: z.array(z.unknown()) }).parse(committed['tokenizer.json']);
    const plain = loadTokenizer({ tokenizerJson: { ...json, added_tokens: [] }, tokenizerConfig: {} });
    for (const text of [END_TOKEN, PAD_TOKEN, `x ${END_TOKEN}${PAD_TOKEN}`]) {
      const ids = plain.encode(text, false);
      expect(ids.some((id) => id < 2)).toBe(false);
      expect(plain.decode(ids, false)).toBe(text);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 40 }), (text) => {
        fc.pre(!text.includes(END_TOKEN) && !text.includes(PAD_TOKEN));
        expect(tokenizer.encode(text, true).some((id) => id < 2)).toBe(false);
      }),
    );
  });
});
