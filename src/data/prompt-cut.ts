/**
 * Prompts as ids that fit a given room. A prompt that is too long loses its beginning: whole turns where what is left fits,
 * else single tokens. Responses are never cut; that is in encode.ts.
 */
import type { Prompt } from '../protocol/preference';
import { conversationTails, promptMessages, renderTranscript, transcriptTails } from './chat-format';
import type { TextTokenizer } from './tokenizer';

export type PromptFormat = 'hh' | 'chat';

/** A prompt that has at least this many tokens is never cut to fewer. */
const FEWEST_PROMPT_TOKENS = 8;

export interface EncodedPrompt {
  ids: number[];
  /** The text of the ids, as cut, without a begin token that the tokenizer adds by itself. */
  text: string;
  cut: boolean;
}

export interface CuttablePrompt {
  /** Fewer tokens than this must not be asked for, unless nothing of the prompt matters. */
  fewest: number;
  /** The prompt in at most `room` tokens (at least 1). */
  fit(room: number): EncodedPrompt;
}

/** Tokenises a prompt: as HH text or plain text with the tokenizer's begin token, or by the chat template, which has its own. */
export function openPrompt(prompt: Prompt, tokenizer: TextTokenizer, format: PromptFormat): CuttablePrompt {
  const prefix = specialPrefix(tokenizer);
  const encode = (text: string): number[] => {
    const ids = tokenizer.encode(text, false);
    return format === 'hh' ? [...prefix, ...ids] : ids;
  };
  const text = wholeText(prompt, tokenizer, format);
  const ids = encode(text);
  const fewest = Math.min(ids.length, FEWEST_PROMPT_TOKENS);
  return {
    fewest,
    fit(room) {
      if (ids.length <= room) return { ids, text, cut: false };
      for (const tail of tails(prompt, text, tokenizer, format)) {
        const tailIds = encode(tail);
        if (tailIds.length <= room && tailIds.length >= fewest) return { ids: tailIds, text: tail, cut: true };
      }
      return cutTokens(ids, room, prefix, tokenizer);
    },
  };
}

function wholeText(prompt: Prompt, tokenizer: TextTokenizer, format: PromptFormat): string {
  if (format === 'chat') return tokenizer.applyChatTemplate(promptMessages(prompt), true);
  return typeof prompt === 'string' ? prompt : renderTranscript(prompt, true);
}

/** The prompt from later and later turns on. */
function* tails(prompt: Prompt, text: string, tokenizer: TextTokenizer, format: PromptFormat): Generator<string> {
  if (format === 'hh') {
    yield* transcriptTails(text);
    return;
  }
  for (const messages of conversationTails(promptMessages(prompt))) yield tokenizer.applyChatTemplate(messages, true);
}

const prefixes = new WeakMap<TextTokenizer, number[]>();

/** The special tokens that the tokenizer puts before a text; those after it (an end token) are left out. */
function specialPrefix(tokenizer: TextTokenizer): number[] {
  const remembered = prefixes.get(tokenizer);
  if (remembered !== undefined) return remembered;
  const withSpecial = tokenizer.encode('a', true);
  const first = tokenizer.encode('a', false)[0];
  const prefix = first === undefined ? [] : withSpecial.slice(0, Math.max(0, withSpecial.indexOf(first)));
  prefixes.set(tokenizer, prefix);
  return prefix;
}

/** The last tokens, after the begin token where there is one. */
function cutTokens(ids: number[], room: number, prefix: number[], tokenizer: TextTokenizer): EncodedPrompt {
  const hasPrefix = prefix.length < room && prefix.every((id, i) => ids[i] === id);
  const kept = hasPrefix ? prefix : [];
  const tail = ids.slice(ids.length - (room - kept.length));
  return { ids: [...kept, ...tail], text: tokenizer.decode(tail, false), cut: true };
}
