/**
 * Responses as ids: tokenised alone, without special tokens, with the end token behind. SentencePiece tokenizers thereby
 * put one more space before an HH reply than the whole transcript would have; that is the method's convention (prompt and
 * response never share a token), training and generation both keep to it, and decoding takes that space away again.
 */
import type { Prompt } from '../protocol/preference';
import { replyContent, replyText } from './chat-format';
import type { PromptFormat } from './prompt-cut';
import type { TextTokenizer } from './tokenizer';

export interface ResponseOptions {
  promptFormat: PromptFormat;
  endTokenId: number;
}

/** Ids of a reply to `prompt`, and the end token unless the reply's text ends with it already. */
export function encodeResponse(
  prompt: Prompt,
  reply: string,
  tokenizer: TextTokenizer,
  options: ResponseOptions,
): number[] {
  const ids = tokenizer.encode(responseText(prompt, reply, tokenizer, options.promptFormat), false);
  return ids.at(-1) === options.endTokenId ? ids : [...ids, options.endTokenId];
}

/** The reply as it stands after the prompt. Replies to text prompts stay as they are; HH transcripts have their space in them. */
function responseText(prompt: Prompt, reply: string, tokenizer: TextTokenizer, format: PromptFormat): string {
  if (format === 'chat') return replyLead(tokenizer) + (typeof prompt === 'string' ? replyContent(reply) : reply);
  return typeof prompt === 'string' ? reply : replyText(reply);
}

const leads = new WeakMap<TextTokenizer, string>();

/** White space that the chat template has before a reply (as in "Assistant: "), unless the tokenizer adds it by itself. */
function replyLead(tokenizer: TextTokenizer): string {
  const remembered = leads.get(tokenizer);
  if (remembered !== undefined) return remembered;
  const question = { role: 'user' as const, content: 'q' };
  const prompt = tokenizer.applyChatTemplate([question], true);
  const whole = tokenizer.applyChatTemplate([question, { role: 'assistant', content: 'reply' }], false);
  const space = whole.startsWith(prompt) ? (/^(\s+)reply/.exec(whole.slice(prompt.length))?.[1] ?? '') : '';
  const lead = space === ' ' && addsSpace(tokenizer) ? '' : space;
  leads.set(tokenizer, lead);
  return lead;
}

/** True when text tokenised alone begins with a space that is not in the text (SentencePiece). */
function addsSpace(tokenizer: TextTokenizer): boolean {
  const before = tokenizer.encode('\n', false);
  const joined = tokenizer.decode([...before, ...tokenizer.encode('a', false)], true);
  return joined.endsWith(' a');
}
