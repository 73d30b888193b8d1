/**
 * One record of preference data, checked and brought into one form: a prompt and two replies. Knows the shapes that
 * people have (HH transcripts, prompt + texts, message lists). Which columns hold what is in import/columns.ts.
 */
import { z } from 'zod';
import type { DropReason, Message, Prompt } from '../protocol/preference';
import { promptMessages, splitTranscript } from './chat-format';
import { textSchema, type TextOrMessages } from './messages-schema';
import { describeFaults } from './tokenizer-schema';

const recordSchema = z.looseObject({ prompt: textSchema.nullish(), chosen: textSchema, rejected: textSchema });

/** What a record turned out to be. */
export type ParsedPreference =
  | { kind: 'pair'; prompt: Prompt; chosen: string; rejected: string }
  | { kind: 'dropped'; reason: DropReason }
  | { kind: 'bad'; message: string };

export interface Side {
  prompt: Prompt;
  reply: string;
}

/** A side of the record that cannot be read, with the reason. */
export class RecordFault extends Error {}

/** Reads one record. Faults of the record are returned, not thrown. */
export function parsePreference(json: unknown): ParsedPreference {
  const record = recordSchema.safeParse(json);
  if (!record.success) return { kind: 'bad', message: describeFaults(record.error) };
  const { prompt, chosen, rejected } = record.data;
  try {
    return judge(...readSides(prompt ?? null, chosen, rejected));
  } catch (error) {
    if (error instanceof RecordFault) return { kind: 'bad', message: error.message };
    throw error;
  }
}

/** Drops what carries no preference. */
function judge(chosen: Side, rejected: Side): ParsedPreference {
  if (JSON.stringify(chosen.prompt) !== JSON.stringify(rejected.prompt))
    return { kind: 'dropped', reason: 'prompt-mismatch' };
  if (chosen.reply.trim() === '' || rejected.reply.trim() === '') return { kind: 'dropped', reason: 'empty' };
  if (chosen.reply.trim() === rejected.reply.trim()) return { kind: 'dropped', reason: 'identical' };
  return { kind: 'pair', prompt: chosen.prompt, chosen: chosen.reply, rejected: rejected.reply };
}

function readSides(prompt: TextOrMessages | null, chosen: TextOrMessages, rejected: TextOrMessages): [Side, Side] {
  if (typeof chosen !== typeof rejected)
    throw new RecordFault('chosen and rejected must both be text or both be lists');
  if (typeof chosen === 'string' && typeof rejected === 'string') return readTexts(prompt, chosen, rejected);
  return [readMessages(prompt, chosen, 'chosen'), readMessages(prompt, rejected, 'rejected')];
}

function readTexts(prompt: TextOrMessages | null, chosen: string, rejected: string): [Side, Side] {
  if (prompt === null) return [readTranscript(chosen, 'chosen'), readTranscript(rejected, 'rejected')];
  if (prompt === '') throw new RecordFault('prompt: is empty');
  // Some data sets repeat the prompt at the start of both texts.
  const repeated = typeof prompt === 'string' && chosen.startsWith(prompt) && rejected.startsWith(prompt);
  const skip = repeated ? prompt.length : 0;
  return [
    { prompt, reply: chosen.slice(skip) },
    { prompt, reply: rejected.slice(skip) },
  ];
}

function readTranscript(transcript: string, field: string): Side {
  const split = splitTranscript(transcript);
  if (split === null) throw new RecordFault(`${field}: has no "\\n\\nAssistant:" turn, and the record has no prompt`);
  return split;
}

/**
 * The last message is the reply, all before it (with the record's prompt in front, unless it is there already) the prompt.
 * @throws RecordFault
 */
export function readMessages(prompt: TextOrMessages | null, side: TextOrMessages, field: string): Side {
  if (typeof side === 'string') throw new Error('internal: expected messages');
  const before = prompt === null ? [] : promptMessages(prompt);
  const conversation = startsWith(side, before) ? side : [...before, ...side];
  const reply = conversation.at(-1);
  if (reply?.role !== 'assistant') throw new RecordFault(`${field}: must end with a message of the assistant`);
  if (conversation.length < 2)
    throw new RecordFault(`${field}: has no message before the reply, and the record has no prompt`);
  return { prompt: conversation.slice(0, -1), reply: reply.content };
}

function startsWith(messages: Message[], start: Message[]): boolean {
  return start.every(({ role, content }, i) => messages[i]?.role === role && messages[i].content === content);
}
