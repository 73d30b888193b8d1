/**
 * Ids of text that continues other text. Responses are tokenised alone and joined to the prompt as ids, but tokenizers of
 * the SentencePiece kind put a space before any text and take one away when decoding, as if every text began a document.
 * Here a reply " Sure" gives the same ids as it would after "Assistant:", and its ids give " Sure" again.
 */
import type { TextTokenizer } from './tokenizer';

/** Stands for the text before. SentencePiece models have it as a byte token, which merges with nothing. */
const ANCHOR = '\n';

interface Habits {
  /** What the tokenizer puts before a text when special tokens are asked for (a begin token or nothing). */
  specialPrefix: number[];
  anchorIds: number[];
  /** True when text tokenised alone would not read the same after other text. */
  changesStart: boolean;
}

const known = new WeakMap<TextTokenizer, Habits>();

function habitsOf(tokenizer: TextTokenizer): Habits {
  const remembered = known.get(tokenizer);
  if (remembered !== undefined) return remembered;
  const anchorIds = tokenizer.encode(ANCHOR, false);
  const readsSame = (text: string): boolean =>
    decodeAfter(tokenizer, anchorIds, tokenizer.encode(text, false)) === text;
  const habits = {
    specialPrefix: findSpecialPrefix(tokenizer),
    anchorIds,
    changesStart: !readsSame('a') || !readsSame(' a'),
  };
  known.set(tokenizer, habits);
  return habits;
}

function findSpecialPrefix(tokenizer: TextTokenizer): number[] {
  const withSpecial = tokenizer.encode('a', true);
  const first = tokenizer.encode('a', false)[0];
  const start = first === undefined ? -1 : withSpecial.indexOf(first);
  return start < 0 ? [] : withSpecial.slice(0, start);
}

function decodeAfter(tokenizer: TextTokenizer, before: number[], ids: number[]): string {
  return tokenizer.decode([...before, ...ids], true).slice(tokenizer.decode(before, true).length);
}

/** The special tokens that the tokenizer puts before a text; those after it (an end token) are left out. */
export function specialPrefix(tokenizer: TextTokenizer): number[] {
  return habitsOf(tokenizer).specialPrefix;
}

/** Ids of text that stands after other text, without special tokens around it. */
export function encodeContinuation(text: string, tokenizer: TextTokenizer): number[] {
  const { anchorIds, changesStart } = habitsOf(tokenizer);
  if (!changesStart) return tokenizer.encode(text, false);
  const ids = tokenizer.encode(ANCHOR + text, false);
  const isSeparate = anchorIds.every((id, i) => ids[i] === id);
  return isSeparate ? ids.slice(anchorIds.length) : tokenizer.encode(text, false);
}

/** Text of ids that stand after others, without special tokens. */
export function decodeContinuation(ids: number[], tokenizer: TextTokenizer): string {
  return decodeAfter(tokenizer, habitsOf(tokenizer).anchorIds, ids);
}
