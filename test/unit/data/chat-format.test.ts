import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  conversationTails,
  parseTranscript,
  promptMessages,
  renderTranscript,
  replyContent,
  replyText,
  splitTranscript,
  transcriptTails,
} from '../../../src/data/chat-format';
import type { Message } from '../../../src/protocol/preference';

const sideSchema = z.object({ prompt: z.string(), chosen: z.string(), rejected: z.string() });
const splitFileSchema = z.object({
  cases: z
    .array(
      z.object({ record: z.object({ chosen: z.string(), rejected: z.string() }), last_assistant_turn: sideSchema }),
    )
    .min(5),
});

describe('splitTranscript', () => {
  const { cases } = splitFileSchema.parse(
    JSON.parse(readFileSync('test/fixtures/golden/hh_prompt_split.json', 'utf8')),
  );

  it.each(cases)(
    'splits at the last turn of the assistant: $record.chosen',
    ({ record, last_assistant_turn: expected }) => {
      expect(splitTranscript(record.chosen)).toEqual({ prompt: expected.prompt, reply: expected.chosen });
      expect(splitTranscript(record.rejected)).toEqual({ prompt: expected.prompt, reply: expected.rejected });
    },
  );

  it('gives null without such a turn', () => expect(splitTranscript('\n\nHuman: hi Assistant: x')).toBeNull());
});

describe('parseTranscript', () => {
  it('keeps texts exactly, but for the space after the speaker', () => {
    expect(parseTranscript('\n\nHuman: a: b\n\nc \n\nAssistant:  x\n\nHuman:\n\nAssistant:')).toEqual([
      { role: 'user', content: 'a: b\n\nc ' },
      { role: 'assistant', content: ' x' },
      { role: 'user', content: '' },
    ]);
  });

  it('takes a first turn without blank line, and text before it as system message', () => {
    expect(parseTranscript('Human: a\n\nAssistant: b')).toEqual([
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ]);
    expect(parseTranscript('Be kind.\n\nHuman: a\n\nAssistant:')).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'a' },
    ]);
  });

  it('inverts renderTranscript', () => {
    const text = fc
      .string({ unit: 'grapheme' })
      .filter((content) => !/(^|\n\n)\s*(Human|Assistant):|\n$|^ *$/.test(content));
    const turn = fc.record({ role: fc.constantFrom('user' as const, 'assistant' as const), content: text });
    const system = fc.option(text, { nil: null });
    fc.assert(
      fc.property(system, fc.array(turn, { minLength: 1 }), fc.boolean(), (before, turns, prompt) => {
        const messages: Message[] = before === null ? turns : [{ role: 'system', content: before }, ...turns];
        const rendered = renderTranscript(messages, prompt);
        expect(parseTranscript(rendered)).toEqual(messages);
        if (prompt) expect(splitTranscript(rendered)).toEqual({ prompt: rendered, reply: '' });
      }),
    );
  });
});

describe('replies', () => {
  it('have one space in transcripts and none in messages', () => {
    expect([replyText('yes'), replyText(' yes'), replyText('\nyes')]).toEqual([' yes', ' yes', '\nyes']);
    expect([replyContent(' yes'), replyContent('  yes'), replyContent('yes')]).toEqual(['yes', ' yes', 'yes']);
  });

  it('follow a text prompt that is no transcript as a question', () => {
    expect(promptMessages('What is rice?')).toEqual([{ role: 'user', content: 'What is rice?' }]);
  });
});

describe('tails', () => {
  it('of a transcript begin at the human turns after the first', () => {
    const transcript = '\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: d\n\nHuman: e\n\nAssistant:';
    expect(transcriptTails(transcript)).toEqual([
      '\n\nHuman: c\n\nAssistant: d\n\nHuman: e\n\nAssistant:',
      '\n\nHuman: e\n\nAssistant:',
    ]);
    expect(transcriptTails('\n\nHuman: a\n\nAssistant:')).toEqual([]);
  });

  it('of a conversation keep the system message as long as they can', () => {
    const [s, a, b, c] = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'c' },
    ] as const;
    expect(conversationTails([a, b, c])).toEqual([[c]]);
    expect(conversationTails([s, a, b, c])).toEqual([[s, c], [a, b, c], [c]]);
    expect(conversationTails([a])).toEqual([]);
  });
});
