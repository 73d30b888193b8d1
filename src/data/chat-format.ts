/**
 * The HH-RLHF transcript format: "\n\nHuman: ...\n\nAssistant: ...". Splits transcripts into prompt and reply, and turns
 * them into messages and back. A model's own chat format is in chat-template.ts.
 */
import type { Message, Prompt } from '../protocol/preference';

const HUMAN = '\n\nHuman:';
const ASSISTANT = '\n\nAssistant:';

/** A turn's beginning; the first one may lack the blank line before it. */
const TURN = /(?:^|\n\n)(Human|Assistant):/g;

/** A transcript as prompt (up to and including the last "\n\nAssistant:") and reply (the rest, leading space included). */
export interface SplitTranscript {
  prompt: string;
  reply: string;
}

/** Splits at the last "\n\nAssistant:"; null when there is none. */
export function splitTranscript(transcript: string): SplitTranscript | null {
  const at = transcript.lastIndexOf(ASSISTANT);
  if (at < 0) return null;
  const end = at + ASSISTANT.length;
  return { prompt: transcript.slice(0, end), reply: transcript.slice(end) };
}

/** True for text with at least one turn of a human in the HH format. */
export function isTranscript(text: string): boolean {
  return text.startsWith('Human:') || text.includes(HUMAN);
}

/**
 * The turns of a transcript as messages. The one space after "Human:" or "Assistant:" is not content. Text before the
 * first turn becomes a system message. An empty last assistant turn is the place of the reply and no message.
 */
export function parseTranscript(transcript: string): Message[] {
  const turns = [...transcript.matchAll(TURN)];
  const before = transcript.slice(0, turns[0]?.index ?? transcript.length);
  const messages: Message[] = before === '' ? [] : [{ role: 'system', content: before }];
  turns.forEach((turn, i) => {
    const text = transcript.slice(turn.index + turn[0].length, turns[i + 1]?.index ?? transcript.length);
    const isReplyPlace = turn[1] === 'Assistant' && text === '' && i === turns.length - 1;
    if (isReplyPlace) return;
    messages.push({ role: turn[1] === 'Human' ? 'user' : 'assistant', content: text.replace(/^ /, '') });
  });
  return messages;
}

/** Messages as a transcript, with "\n\nAssistant:" at the end when a reply is to follow. A system message goes in as it is. */
export function renderTranscript(messages: readonly Message[], addGenerationPrompt: boolean): string {
  const turns = messages.map(({ role, content }) => {
    if (role === 'system') return content;
    return `${role === 'user' ? HUMAN : ASSISTANT} ${content}`;
  });
  return turns.join('') + (addGenerationPrompt ? ASSISTANT : '');
}

/** A reply as it stands after "\n\nAssistant:": with a space before it, unless it begins with white space already. */
export function replyText(reply: string): string {
  return /^\s/.test(reply) ? reply : ` ${reply}`;
}

/** A reply as the content of a message: without the one space that transcripts have before it. */
export function replyContent(reply: string): string {
  return reply.replace(/^ /, '');
}

/** A prompt as messages: transcripts by their turns, other text as one message of the user. */
export function promptMessages(prompt: Prompt): Message[] {
  if (typeof prompt !== 'string') return prompt;
  return isTranscript(prompt) ? parseTranscript(prompt) : [{ role: 'user', content: prompt }];
}

/** Shorter and shorter ends of a transcript, each beginning at a turn of the human; the whole is not among them. */
export function transcriptTails(transcript: string): string[] {
  const tails: string[] = [];
  for (let at = transcript.indexOf(HUMAN, 1); at >= 0; at = transcript.indexOf(HUMAN, at + 1)) {
    tails.push(transcript.slice(at));
  }
  return tails;
}

/**
 * Shorter and shorter ends of a conversation, each beginning at a message of the user; first those that keep a leading
 * system message, then the same without it. The whole is not among them.
 */
export function conversationTails(messages: readonly Message[]): Message[][] {
  const system = messages[0]?.role === 'system' ? [messages[0]] : [];
  const starts = messages.flatMap(({ role }, i) => (role === 'user' && i > system.length ? [i] : []));
  const kept = starts.map((start) => [...system, ...messages.slice(start)]);
  if (system.length === 0) return kept;
  return [...kept, ...[system.length, ...starts].map((start) => messages.slice(start))];
}
