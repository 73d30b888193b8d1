import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { splitTranscript } from '../../../src/data/chat-format';
import { decodeResponse, encodePairs, encodePrompt, type EncodeOptions } from '../../../src/data/encode';
import { loadTokenizer, type TextTokenizer } from '../../../src/data/tokenizer';
import { InputError } from '../../../src/protocol/errors';
import type { Message, PreferencePair, Prompt } from '../../../src/protocol/preference';
import { collectImport } from '../../support/import-data';
import { openTokenizer, readJson } from './golden-tokenizers';

const sentencePiece = openTokenizer('test/fixtures/golden/tok-sentencepiece');
const llama = openTokenizer('test/fixtures/golden/llama-tiny');
const gpt2 = openTokenizer('test/fixtures/golden/gpt2-f16');
const smol = openTokenizer('test/fixtures/golden/llama-tied');
const tokenizers = { sentencePiece, llama, gpt2, smol };

function optionsFor(tokenizer: TextTokenizer, changes: Partial<EncodeOptions> = {}): EncodeOptions {
  return { maxLength: 512, promptFormat: 'hh', endTokenId: tokenizer.eosTokenId ?? -1, ...changes };
}

function pairOf(prompt: Prompt, chosen: string, rejected: string): PreferencePair {
  return { id: JSON.stringify([prompt, chosen, rejected]), prompt, chosen, rejected };
}

function encodeOne(pair: PreferencePair, tokenizer: TextTokenizer, options: EncodeOptions) {
  const { encoded, promptTexts, dropped, cut } = encodePairs([pair], tokenizer, options);
  return { ...encoded[0], text: promptTexts.get(pair.id), dropped, cut };
}

const conversation: Message[] = [
  { role: 'user', content: 'What is rice?' },
  { role: 'assistant', content: 'A plant.' },
  { role: 'user', content: 'And wheat?' },
];
const transcript = '\n\nHuman: What is rice?\n\nAssistant: A plant.\n\nHuman: And wheat?\n\nAssistant:';

describe.each(Object.entries(tokenizers))('encodePairs with %s', (_, tokenizer) => {
  const end = tokenizer.eosTokenId ?? -1;

  it('tokenises the prompt with special tokens, and the responses by themselves', () => {
    const pair = pairOf(transcript, ' Another plant.', ' No idea');
    const {
      promptIds = [],
      chosenIds = [],
      rejectedIds = [],
      text,
      cut,
    } = encodeOne(pair, tokenizer, optionsFor(tokenizer));
    expect(promptIds).toEqual(tokenizer.encode(transcript, true));
    expect(text).toBe(transcript);
    expect(chosenIds).toEqual([...tokenizer.encode(' Another plant.', false), end]);
    expect(rejectedIds).toEqual([...tokenizer.encode(' No idea', false), end]);
    expect(decodeResponse(chosenIds, tokenizer)).toBe(' Another plant.');
    expect([chosenIds.at(-1), rejectedIds.at(-1), cut]).toEqual([end, end, 0]);
  });

  it('does not double an end token that is in the text', () => {
    const pair = pairOf(transcript, ` Yes.${tokenizer.decode([end], false)}`, ' No.');
    const ids = encodeOne(pair, tokenizer, optionsFor(tokenizer)).chosenIds ?? [];
    expect(ids.filter((id) => id === end)).toHaveLength(1);
  });

  it('writes messages as HH text', () => {
    const fromMessages = encodeOne(pairOf(conversation, 'Yes.', 'No.'), tokenizer, optionsFor(tokenizer));
    const fromText = encodeOne(pairOf(transcript, ' Yes.', ' No.'), tokenizer, optionsFor(tokenizer));
    expect(fromMessages).toEqual({ ...fromText, id: fromMessages.id });
  });

  it('writes transcripts and messages by the chat template, replies as the template has them', () => {
    const options = optionsFor(tokenizer, { promptFormat: 'chat' });
    const fromMessages = encodeOne(pairOf(conversation, 'Yes.', 'No.'), tokenizer, options);
    const fromText = encodeOne(pairOf(transcript, ' Yes.', ' No.'), tokenizer, options);
    expect(fromText).toEqual({ ...fromMessages, id: fromText.id });
    const { promptIds = [], chosenIds = [], text } = fromMessages;
    expect(text).toBe(tokenizer.applyChatTemplate(conversation, true));
    expect(promptIds).toEqual(tokenizer.encode(text ?? '', false));
    // All of these templates have "Assistant: reply" and then the end token.
    const before = tokenizer.decode(promptIds, false);
    expect(tokenizer.decode([...promptIds, ...chosenIds], false)).toBe(
      `${before} Yes.${tokenizer.decode([end], false)}`,
    );
  });

  it.each(['hh', 'chat'] as const)(
    'cuts a %s prompt at a turn, the same for both, by the longer response',
    (promptFormat) => {
      const options = optionsFor(tokenizer, { promptFormat });
      const pair = pairOf(conversation, 'Yes.', 'No, and that is a long story.');
      const last = encodeOne(pairOf(conversation.slice(2), pair.chosen, pair.rejected), tokenizer, options);
      const longest = last.rejectedIds?.length ?? 0;
      for (const spare of [0, 3]) {
        const maxLength = (last.promptIds?.length ?? 0) + longest + spare;
        const found = encodeOne(pair, tokenizer, { ...options, maxLength });
        expect(found).toEqual({ ...last, id: pair.id, cut: 1 });
      }
    },
  );

  it('cuts tokens, but not the begin token, where no turn fits; and drops the pair when 8 tokens do not fit', () => {
    const options = optionsFor(tokenizer);
    const pair = pairOf(transcript, ' Yes.', ' No, and that is a long story.');
    const whole = encodeOne(pair, tokenizer, options);
    const longest = whole.rejectedIds?.length ?? 0;
    const { promptIds = [], text, cut } = encodeOne(pair, tokenizer, { ...options, maxLength: longest + 8 });
    const begin = tokenizer.encode('', true);
    expect(promptIds).toEqual([...begin, ...(whole.promptIds ?? []).slice(begin.length - 8)]);
    expect([promptIds.length, cut]).toEqual([8, 1]);
    expect(transcript.endsWith(text ?? 'nothing')).toBe(true);
    expect(encodeOne(pair, tokenizer, { ...options, maxLength: longest + 7 }).dropped).toEqual({ 'too-long': 1 });
    expect(encodeOne(pair, tokenizer, { ...options, maxLength: longest }).dropped).toEqual({ 'too-long': 1 });
  });

  it('keeps a short prompt whole or drops the pair', () => {
    const options = optionsFor(tokenizer);
    const whole = encodeOne(pairOf('a', ' b', ' c'), tokenizer, options);
    const length =
      (whole.promptIds?.length ?? 0) + Math.max(whole.chosenIds?.length ?? 0, whole.rejectedIds?.length ?? 0);
    expect(encodeOne(pairOf('a', ' b', ' c'), tokenizer, { ...options, maxLength: length })).toEqual(whole);
    expect(encodeOne(pairOf('a', ' b', ' c'), tokenizer, { ...options, maxLength: length - 1 }).dropped).toEqual({
      'too-long': 1,
    });
  });

  it('never exceeds maxLength, always ends with the end token, and cuts both sides alike', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const turns = fc.array(fc.tuple(text, text), { maxLength: 4 });
    const anyPrompt = fc.tuple(turns, text).map(([earlier, question]): Message[] => [
      ...earlier.flatMap(([user, assistant]): Message[] => [
        { role: 'user', content: user },
        { role: 'assistant', content: assistant },
      ]),
      { role: 'user', content: question },
    ]);
    const anyFormat = fc.constantFrom('hh' as const, 'chat' as const);
    fc.assert(
      fc.property(
        anyPrompt,
        text,
        text,
        fc.integer({ min: 16, max: 160 }),
        anyFormat,
        (prompt, a, b, maxLength, promptFormat) => {
          const options = optionsFor(tokenizer, { maxLength, promptFormat });
          const { encoded, dropped, promptTexts } = encodePairs([pairOf(prompt, a, b)], tokenizer, options);
          expect(encoded.length + Object.values(dropped).reduce((sum, number) => sum + number, 0)).toBe(1);
          for (const { id, promptIds, chosenIds, rejectedIds } of encoded) {
            expect(promptIds.length + Math.max(chosenIds.length, rejectedIds.length)).toBeLessThanOrEqual(maxLength);
            expect([chosenIds.at(-1), rejectedIds.at(-1)]).toEqual([end, end]);
            expect(promptIds.length).toBeGreaterThan(0);
            expect(promptTexts.has(id)).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('encodePairs', () => {
  it('counts blank and identical responses', () => {
    const pairs = [pairOf('q', ' ', 'x'), pairOf('q', 'x', ''), pairOf('q', 'same', 'same'), pairOf('q', 'x', 'y')];
    const { encoded, dropped } = encodePairs(pairs, gpt2, optionsFor(gpt2));
    expect([encoded.length, dropped]).toEqual([1, { empty: 2, identical: 1 }]);
  });

  it('passes on what the chat template refuses', () => {
    const tokenizer = loadTokenizer({
      tokenizerJson: readJson('test/fixtures/golden/llama-tied/tokenizer.json'),
      tokenizerConfig: {
        chat_template:
          "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{{ messages[0].content }}",
      },
    });
    const options = optionsFor(tokenizer, { promptFormat: 'chat' });
    const pair = pairOf([{ role: 'system', content: 's' }, ...conversation], 'x', 'y');
    expect(() => encodePairs([pair], tokenizer, options)).toThrow(InputError);
    expect(() => encodePairs([pair], tokenizer, options)).toThrow(/System role not supported/);
    expect(() => encodePairs([pair], tokenizer, optionsFor(tokenizer))).not.toThrow();
  });
});

describe('encodePrompt', () => {
  it('leaves room for the response, by turns and then by tokens', () => {
    const whole = encodePrompt(transcript, llama, { ...optionsFor(llama), maxPromptLength: 400 });
    expect(whole).toEqual({ ids: llama.encode(transcript, true), text: transcript, cut: false });
    const turn = encodePrompt(transcript, llama, { ...optionsFor(llama), maxPromptLength: whole.ids.length - 1 });
    expect([turn.text, turn.cut]).toEqual(['\n\nHuman: And wheat?\n\nAssistant:', true]);
    const tokens = encodePrompt(transcript, llama, { ...optionsFor(llama), maxPromptLength: 4 });
    expect(tokens.ids).toEqual([llama.bosTokenId, ...whole.ids.slice(-3)]);
    expect(
      encodePrompt(transcript, llama, { ...optionsFor(llama), maxLength: 3, maxPromptLength: 99 }).ids,
    ).toHaveLength(3);
  });
});

const modelFolder = '../shared/data/models/stories260K';
const realFile = '../shared/data/hh-rlhf/harmless-base.test.jsonl.gz';
const pairsSchema = z.object({
  pairs: z
    .array(
      z.object({
        set: z.string(),
        line: z.number(),
        prompt_len: z.number(),
        chosen_ids: z.array(z.number()),
        rejected_ids: z.array(z.number()),
      }),
    )
    .min(10),
});

describe.skipIf(!existsSync(modelFolder) || !existsSync(realFile))('HH-RLHF with stories260K', () => {
  const packed = existsSync(realFile) ? Uint8Array.from(readFileSync(realFile)) : new Uint8Array();

  it('gives the ids of the Python tokenizers', () => {
    const tokenizer = openTokenizer(modelFolder);
    const lines = gunzipSync(packed).toString('utf8').split('\n');
    const side = z.object({ chosen: z.string(), rejected: z.string() });
    const { pairs } = pairsSchema.parse(readJson(`${modelFolder}/expected.json`));
    const ofThisFile = pairs.filter(({ set }) => set === 'harmless-base');
    expect(ofThisFile).toHaveLength(10);
    for (const expected of ofThisFile) {
      const { chosen, rejected } = side.parse(JSON.parse(lines[expected.line] ?? ''));
      const pair = pairOf(
        splitTranscript(chosen)?.prompt ?? '',
        splitTranscript(chosen)?.reply ?? '',
        splitTranscript(rejected)?.reply ?? '',
      );
      const found = encodeOne(pair, tokenizer, optionsFor(tokenizer, { maxLength: 2048 }));
      expect([...(found.promptIds ?? []), ...(found.chosenIds ?? []).slice(0, -1)]).toEqual(expected.chosen_ids);
      expect([...(found.promptIds ?? []), ...(found.rejectedIds ?? []).slice(0, -1)]).toEqual(expected.rejected_ids);
      expect(found.promptIds).toHaveLength(expected.prompt_len);
    }
  });

  it('encodes the whole file within maxLength', async () => {
    const { pairs } = await collectImport([{ path: 'hh.jsonl.gz', file: new Blob([packed]) }]);
    const tokenizer = openTokenizer(modelFolder);
    const { encoded, dropped, cut } = encodePairs(pairs, tokenizer, optionsFor(tokenizer, { maxLength: 512 }));
    expect(encoded.length + (dropped['too-long'] ?? 0)).toBe(pairs.length);
    expect(cut).toBeGreaterThan(400);
    expect(
      encoded.every((pair) => pair.promptIds.length + Math.max(pair.chosenIds.length, pair.rejectedIds.length) <= 512),
    ).toBe(true);
    // README of the data: 1,615 pairs fit 512 tokens, counted over all 2,312 rows; an end token is added here.
    expect(encoded.length - cut).toBeGreaterThan(1590);
    expect(encoded.length - cut).toBeLessThanOrEqual(1615);
  });
});
