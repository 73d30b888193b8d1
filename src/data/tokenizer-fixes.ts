/**
 * Corrections to @huggingface/tokenizers 0.2.0 where it differs from the reference implementation (the Rust crate
 * `tokenizers`, which Python uses). Pre-tokenizers are replaced by equivalent ones that the library gets right:
 *  - Digits: the library splits at \d (decimal digits); the reference at every numeric character (also "½", "²", "①").
 *  - ByteLevel with its own pattern: the library uses JavaScript's \s, which has U+FEFF and lacks U+0085. As a Split
 *    with the same pattern, the library translates \s properly.
 *  - Split ignores "behavior" but Isolated and Removed; we write the merging behaviours into the pattern.
 *  - Metaspace ignores "split".
 * Decoding of byte tokens is replaced: the library swallows a byte order mark and writes broken UTF-8 as fewer "�".
 * Not corrected: what only other model families use (BERT, T5, CLIP).
 */
import { ByteFallbackDecoder, SequenceDecoder, type Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { InputError } from '../protocol/errors';
import type { TokenizerPart } from './tokenizer-schema';

/** GPT-2's split pattern, as the ByteLevel pre-tokenizer applies it. */
const BYTE_LEVEL_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const partsSchema = z.array(z.looseObject({ type: z.string() }));
const splitSchema = z.looseObject({
  pattern: z.union([z.object({ Regex: z.string() }), z.object({ String: z.string() })]),
  behavior: z.enum(['Isolated', 'Removed', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']),
  invert: z.boolean().default(false),
});

function isolate(regex: string): TokenizerPart {
  return { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false };
}

/** The pre-tokenizer with every part replaced that the library would apply differently from the reference. */
export function correctPreTokenizer(part: TokenizerPart | null): TokenizerPart | null {
  switch (part?.type) {
    case 'Sequence':
      return {
        ...part,
        pretokenizers: partsSchema.parse(part.pretokenizers).map((inner) => correctPreTokenizer(inner)),
      };
    case 'Digits':
      return isolate(part.individual_digits === true ? '\\p{N}' : '\\p{N}+');
    case 'ByteLevel':
      return correctByteLevel(part);
    case 'Metaspace':
      return correctMetaspace(part);
    case 'Split':
      return correctSplit(part);
    default:
      return part;
  }
}

/** SentencePiece's word mark, in place of spaces. */
const WORD_MARK = '\u2581';

/**
 * Cuts text into words before BPE where that cannot change the ids, so that the library's cache of words has something to
 * hold; about three times faster on models of the SentencePiece kind, which otherwise merge a whole text at once. It cannot
 * change them when no token has a word mark after another character: then no merge reaches over a word's beginning.
 */
export function splitWords(part: TokenizerPart | null, vocabulary: Iterable<string>): TokenizerPart | null {
  const mergesWhole = part === null || (part.type === 'Metaspace' && part.split === false);
  if (!mergesWhole) return part;
  const reachesOver = new RegExp(`[^${WORD_MARK}]${WORD_MARK}`, 'u');
  for (const token of vocabulary) if (reachesOver.test(token)) return part;
  const words = isolate(`${WORD_MARK}+[^${WORD_MARK}]*`);
  return part === null ? words : { type: 'Sequence', pretokenizers: [part, words] };
}

/** With a prefix space the order matters (space first, then the pattern), so such a ByteLevel stays as it is. */
function correctByteLevel(part: TokenizerPart): TokenizerPart {
  if (part.use_regex === false || part.add_prefix_space === true) return part;
  return { type: 'Sequence', pretokenizers: [isolate(BYTE_LEVEL_PATTERN), { ...part, use_regex: false }] };
}

/** "split" (on unless false) starts a new piece at every replacement character. */
function correctMetaspace(part: TokenizerPart): TokenizerPart {
  if (part.split === false) return part;
  const mark = escapeRegex(typeof part.replacement === 'string' ? part.replacement : '\u2581');
  return { type: 'Sequence', pretokenizers: [part, isolate(`${mark}[^${mark}]*`)] };
}

function correctSplit(part: TokenizerPart): TokenizerPart {
  const split = splitSchema.safeParse(part);
  if (!split.success) throw unsupported('a Split pre-tokenizer without a known pattern and behavior');
  const { pattern, behavior, invert } = split.data;
  const regex = 'Regex' in pattern ? pattern.Regex : escapeRegex(pattern.String);
  if (behavior === 'Removed') return part;
  // The pieces between the matches are the same as the matches, when both are kept apart.
  if (behavior === 'Isolated') return isolate(regex);
  if (invert) throw unsupported(`a Split pre-tokenizer with behavior "${behavior}" and invert`);
  if (behavior === 'Contiguous') return isolate(`(?:${regex})+`);
  if (behavior === 'MergedWithPrevious') return isolate(`[\\s\\S]*?(?:${regex})`);
  return isolate(`(?:${regex})(?:(?!${regex})[\\s\\S])*`);
}

function unsupported(what: string): InputError {
  return new InputError(`tokenizer.json uses ${what}, which is not supported. Use a model with another tokenizer.`);
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Replaces the library's decoding of byte tokens in a loaded tokenizer. */
export function correctDecoder(decoder: Tokenizer['decoder']): void {
  if (decoder instanceof ByteFallbackDecoder) decoder.decode_chain = decodeByteTokens;
  if (decoder instanceof SequenceDecoder) for (const inner of decoder.decoders) correctDecoder(inner);
}

/** Joins runs of byte tokens ("<0xE2>") to text; a run that is not valid UTF-8 becomes one "�" a byte, as the reference does. */
export function decodeByteTokens(tokens: string[]): string[] {
  const decoded: string[] = [];
  let run: number[] = [];
  const finishRun = (): void => {
    if (run.length > 0) decoded.push(decodeBytes(run));
    run = [];
  };
  for (const token of tokens) {
    if (/^<0x[0-9A-Fa-f]{2}>$/.test(token)) run.push(Number.parseInt(token.slice(3, 5), 16));
    else {
      finishRun();
      decoded.push(token);
    }
  }
  finishRun();
  return decoded;
}

function decodeBytes(bytes: number[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return '\ufffd'.repeat(bytes.length);
  }
}
