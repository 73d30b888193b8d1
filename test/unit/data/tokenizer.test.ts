import { Tokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/protocol/errors';
import { loadTokenizer } from '../../../src/data/tokenizer';
import { foldersWith, goldenTokenizerSchema, openTokenizer, readJson, realTokenizerSchema } from './golden-tokenizers';

const fixtures = foldersWith('test/fixtures/golden', 'expected.json', 'tokenizer.json');
const golden = foldersWith('../shared/golden', 'expected.json', 'tokenizer.json');
const real = foldersWith('../shared/data/tokenizers', 'expected.json', 'tokenizer.json');

function checkGolden(folder: string): void {
  const expected = goldenTokenizerSchema.parse(readJson(join(folder, 'expected.json'))).tokenizer;
  const tokenizer = openTokenizer(folder);
  expect(tokenizer.vocabSize).toBe(expected.vocab_size);
  expect([tokenizer.bosTokenId, tokenizer.eosTokenId, tokenizer.padTokenId]).toEqual([
    expected.bos_token_id,
    expected.eos_token_id,
    expected.pad_token_id,
  ]);
  for (const { text, ids, ids_no_special, decoded, decoded_skip_special } of expected.strings) {
    expect(tokenizer.encode(text, true), text).toEqual(ids);
    expect(tokenizer.encode(text, false), text).toEqual(ids_no_special);
    expect(tokenizer.decode(ids, false), text).toBe(decoded);
    expect(tokenizer.decode(ids, true), text).toBe(decoded_skip_special);
  }
  for (const { messages, add_generation_prompt, text, ids } of expected.chat) {
    const rendered = tokenizer.applyChatTemplate(messages, add_generation_prompt);
    expect(rendered).toBe(text);
    expect(tokenizer.encode(rendered, false)).toEqual(ids);
  }
}

describe('golden tokenizers in the fixtures', () => {
  it.each(fixtures)('%s agrees with transformers', checkGolden);
  it('are there', () => expect(fixtures.length).toBeGreaterThan(3));
});

describe.skipIf(golden.length === 0)('all golden tokenizers', () => {
  it.each(golden)('%s agrees with transformers', checkGolden);
});

describe.skipIf(real.length === 0)('real tokenizers', () => {
  it.each(real)('%s agrees with Python tokenizers', (folder) => {
    const tokenizer = openTokenizer(folder);
    for (const { text, ids, ids_no_special, decoded } of realTokenizerSchema.parse(
      readJson(join(folder, 'expected.json')),
    ).cases) {
      expect(tokenizer.encode(text, true), text).toEqual(ids);
      expect(tokenizer.encode(text, false), text).toEqual(ids_no_special);
      expect(tokenizer.decode(ids, false), text).toBe(decoded);
    }
  });
});

describe('what the library gets wrong', () => {
  const sentencePiece = openTokenizer('test/fixtures/golden/tok-sentencepiece');

  it('gives the same ids word by word as the library gives for whole texts', () => {
    const whole = new Tokenizer(Object(readJson('test/fixtures/golden/tok-sentencepiece/tokenizer.json')), {});
    const text = fc.array(fc.constantFrom(' ', '  ', '\n', '\u2581', 'the', 'rice', 'How', ' do', '7', '<s>', 'é😀'), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, (parts) => {
        const joined = parts.join('');
        expect(sentencePiece.encode(joined, true)).toEqual(whole.encode(joined).ids);
      }),
      { numRuns: 300 },
    );
  });

  it('decodes nothing and unknown ids to nothing', () => {
    expect(sentencePiece.decode([], false)).toBe('');
    expect(sentencePiece.decode([999999], true)).toBe('');
  });

  it('keeps a byte order mark, and writes broken UTF-8 as one replacement character a byte', () => {
    const bytes = (...values: number[]): number[] => values.map((value) => value + 3);
    expect(sentencePiece.encode('\ufeff', false).slice(-3)).toEqual(bytes(0xef, 0xbb, 0xbf));
    expect(sentencePiece.decode(bytes(0xef, 0xbb, 0xbf), false)).toBe('\ufeff');
    expect(sentencePiece.decode(bytes(0x41, 0xf0, 0x9f, 0x98), false)).toBe('\ufffd'.repeat(4));
    expect(sentencePiece.decode(bytes(0xf0, 0x9f, 0x98, 0x80), false)).toBe('😀');
  });

  it.each([
    ['Digits, each', { type: 'Digits', individual_digits: true }, ['a', '½', '²', '1', 'b']],
    ['Digits, together', { type: 'Digits', individual_digits: false }, ['a', '½²1', 'b']],
    ['merged with previous', split('MergedWithPrevious'), ['a½', '²', '1b']],
    ['merged with next', split('MergedWithNext'), ['a', '½', '²1b']],
    ['contiguous', split('Contiguous'), ['a', '½²', '1b']],
    ['isolated', split('Isolated'), ['a', '½', '²', '1b']],
  ])('splits as the reference does: %s', (_, preTokenizer, pieces) => {
    const vocab = Object.fromEntries(['a½²1b', ...'a½²1b', ...pieces].map((piece) => [piece, 0]));
    Object.keys(vocab).forEach((piece, id) => (vocab[piece] = id));
    const tokenizer = loadTokenizer({
      // ignore_merges takes a piece that is a token whole, so that the ids show the pieces.
      tokenizerJson: { pre_tokenizer: preTokenizer, model: { type: 'BPE', vocab, merges: [], ignore_merges: true } },
      tokenizerConfig: {},
    });
    expect(
      tokenizer.encode('a½²1b', false).map((id) => Object.keys(vocab).find((piece) => vocab[piece] === id)),
    ).toEqual(pieces);
  });
});

function split(behavior: string): object {
  return { type: 'Split', pattern: { Regex: '½|²' }, behavior, invert: false };
}

describe('broken files', () => {
  const json = { model: { type: 'BPE', vocab: { a: 0, '</s>': 1 }, merges: [] } };
  const load = (tokenizerJson: unknown, tokenizerConfig: unknown = {}) =>
    loadTokenizer({ tokenizerJson, tokenizerConfig });

  it.each([
    ['nothing', null, /tokenizer\.json.*expected object/],
    ['a list', [], /tokenizer\.json.*expected object/],
    ['no model', { added_tokens: [] }, /tokenizer\.json.*model/],
    ['no vocabulary', { model: { type: 'BPE', merges: [] } }, /tokenizer\.json.*model\.vocab/],
    ['no merges', { model: { type: 'BPE', vocab: {} } }, /tokenizer\.json.*model\.merges/],
    ['another kind', { model: { type: 'WordPiece', vocab: {}, merges: [] } }, /tokenizer\.json.*only BPE/],
    ['ids that are texts', { model: { type: 'BPE', vocab: { a: 'b' }, merges: [] } }, /model\.vocab\.a/],
    ['an unknown decoder', { ...json, decoder: { type: 'Nonsense' } }, /tokenizer\.json.*Nonsense/],
    ['an unknown pre-tokenizer', { ...json, pre_tokenizer: { type: 'Nonsense' } }, /tokenizer\.json.*Nonsense/],
    ['a split without pattern', { ...json, pre_tokenizer: { type: 'Split' } }, /tokenizer\.json.*Split/],
    [
      'a begin token without an id',
      {
        ...json,
        post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<x>', type_id: 0 } }] },
      },
      /tokenizer\.json.*post-processor/,
    ],
  ])('%s: the error names the file and the field', (_, tokenizerJson, message) => {
    expect(() => load(tokenizerJson)).toThrow(InputError);
    expect(() => load(tokenizerJson)).toThrow(message);
  });

  it('an end token that does not exist', () => {
    expect(() => load(json, { eos_token: '<end>' })).toThrow(/tokenizer_config\.json.*"<end>"/);
    expect(() => load(json, { eos_token: 7 })).toThrow(/tokenizer_config\.json.*eos_token/);
  });

  it('special tokens from every place that may name them', () => {
    const ids = (rest: object) => {
      const { bosTokenId, eosTokenId, padTokenId } = loadTokenizer({
        tokenizerJson: json,
        tokenizerConfig: {},
        ...rest,
      });
      return [bosTokenId, eosTokenId, padTokenId];
    };
    expect(ids({})).toEqual([null, null, null]);
    expect(ids({ tokenizerConfig: { bos_token: 'a', eos_token: { content: '</s>' } } })).toEqual([0, 1, null]);
    expect(ids({ specialTokensMap: { pad_token: { content: '</s>' } } })).toEqual([null, null, 1]);
    expect(
      ids({ generationConfig: { eos_token_id: [1, 0] }, modelConfig: { bos_token_id: 0, eos_token_id: 0 } }),
    ).toEqual([0, 1, null]);
    expect(ids({ tokenizerConfig: { bos_token: null }, generationConfig: { bos_token_id: 0 } })).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('chat templates', () => {
  const json = { model: { type: 'BPE', vocab: { a: 0, '</s>': 1 }, merges: [] } };
  const render = (chat_template: unknown, chatTemplate?: string) =>
    loadTokenizer({
      tokenizerJson: json,
      tokenizerConfig: { eos_token: '</s>', chat_template },
      chatTemplate,
    }).applyChatTemplate([{ role: 'user', content: 'hi' }], true);

  it('takes the file first, then the default of a list, then the text', () => {
    const named = [
      { name: 'tool_use', template: 'tools' },
      { name: 'default', template: '{{ messages[0].content }}{{ eos_token }}' },
    ];
    expect(render('text', 'file')).toBe('file');
    expect(render(named)).toBe('hi</s>');
    expect(render('{% if add_generation_prompt %}go{% endif %}')).toBe('go');
  });

  it('gives templates what transformers gives them', () => {
    expect(render('{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(5, 1, -2) %}{{ i }}{% endfor %}')).toBe(
      '01253',
    );
    expect(render('{{ tools is defined }} {{ none is none }} {{ True and not False }}')).toBe('false true true');
    expect(
      render(
        '{% set x = namespace(n=1) %}  {% if true %}\n  {{- messages[0].content | upper | trim }}\n  {% endif %}\n',
      ),
    ).toBe('  HI\n');
  });

  it('does not depend on the day', () => {
    expect(render('{{ strftime_now("%d %b %Y") }}')).toBe('26 Jul 2024');
  });

  it('says what to do when there is no template, when it is broken and when it refuses', () => {
    expect(() => render(undefined)).toThrow(/no chat template/);
    expect(() => render('{% if %}')).toThrow(InputError);
    expect(() => render("{{ raise_exception('Roles must alternate.') }}")).toThrow(InputError);
    expect(() => render("{{ raise_exception('Roles must alternate.') }}")).toThrow(
      /refused .*roles user: Roles must alternate/,
    );
  });
});
