/**
 * One record with a single response, checked and brought into one form: a prompt, which may be empty, and the response. For
 * plain text, prompt + text, HH transcripts and conversations that end with the assistant.
 */
import { z } from 'zod';
import type { DropReason, Prompt } from '../protocol/preference';
import { isTranscript, splitTranscript } from './chat-format';
import { textSchema, type TextOrMessages } from './messages-schema';
import { readMessages, RecordFault, type Side } from './preference-schema';
import { describeFaults } from './tokenizer-schema';

const recordSchema = z.looseObject({ prompt: textSchema.nullish(), response: textSchema });

export type ParsedSft =
  | { kind: 'sft'; prompt: Prompt; response: string }
  | { kind: 'dropped'; reason: DropReason }
  | { kind: 'bad'; message: string };

/** Reads one record {prompt, response}. Faults of the record are returned, not thrown. */
export function parseSft(json: unknown): ParsedSft {
  const record = recordSchema.safeParse(json);
  if (!record.success) return { kind: 'bad', message: describeFaults(record.error) };
  try {
    const { prompt, reply } = readSide(record.data.prompt ?? null, record.data.response);
    if (reply.trim() === '') return { kind: 'dropped', reason: 'empty' };
    return { kind: 'sft', prompt, response: reply };
  } catch (error) {
    if (error instanceof RecordFault) return { kind: 'bad', message: error.message };
    throw error;
  }
}

/** A text without prompt is all response, unless it is a transcript, whose last reply is the response. */
function readSide(prompt: TextOrMessages | null, response: TextOrMessages): Side {
  if (typeof response !== 'string') return readMessages(prompt, response, 'response');
  if (prompt !== null) {
    const repeated = typeof prompt === 'string' && prompt !== '' && response.startsWith(prompt);
    return { prompt, reply: repeated ? response.slice(prompt.length) : response };
  }
  return (isTranscript(response) && splitTranscript(response)) || { prompt: '', reply: response };
}
