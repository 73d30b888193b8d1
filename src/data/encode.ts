/**
 * Preference pairs and prompts to token ids, as training and generation take them. Prompt and response are tokenised
 * separately and joined as ids, so the boundary never merges; every response ends with the end token, which is trained.
 * Batching and masks are left to the trainers.
 */
import type { DropReason, EncodedPair, PreferencePair, Prompt } from '../protocol/preference';
import { openPrompt, type EncodedPrompt, type PromptFormat } from './prompt-cut';
import { encodeResponse } from './response-ids';
import type { TextTokenizer } from './tokenizer';

export interface EncodeOptions {
  /** Prompt plus response with its end token, in tokens. */
  maxLength: number;
  promptFormat: PromptFormat;
  endTokenId: number;
}

export interface EncodedPairs {
  /** In the order of the pairs. */
  encoded: EncodedPair[];
  /** The prompt of every encoded pair as text, as cut, by the pair's id. */
  promptTexts: Map<string, string>;
  /** Pairs left out, by DropReason. */
  dropped: Record<string, number>;
  /** Prompts cut on the left. */
  cut: number;
}

/**
 * Encodes pairs. A prompt that does not fit with the longer of its two responses is cut on the left, the same for both, at
 * a turn where one fits; the pair is dropped as 'too-long' when fewer than 8 tokens of the prompt (or the whole of a
 * shorter one) would be left. Throws an InputError when the chat template refuses a prompt.
 */
export function encodePairs(pairs: PreferencePair[], tokenizer: TextTokenizer, options: EncodeOptions): EncodedPairs {
  const result: EncodedPairs = { encoded: [], promptTexts: new Map(), dropped: {}, cut: 0 };
  for (const pair of pairs) {
    const outcome = encodePair(pair, tokenizer, options);
    if (typeof outcome === 'string') {
      result.dropped[outcome] = (result.dropped[outcome] ?? 0) + 1;
      continue;
    }
    result.encoded.push(outcome.pair);
    result.promptTexts.set(pair.id, outcome.prompt.text);
    if (outcome.prompt.cut) result.cut += 1;
  }
  return result;
}

function encodePair(
  pair: PreferencePair,
  tokenizer: TextTokenizer,
  options: EncodeOptions,
): { pair: EncodedPair; prompt: EncodedPrompt } | DropReason {
  if (pair.chosen.trim() === '' || pair.rejected.trim() === '') return 'empty';
  const chosenIds = encodeResponse(pair.prompt, pair.chosen, tokenizer, options);
  const rejectedIds = encodeResponse(pair.prompt, pair.rejected, tokenizer, options);
  if (chosenIds.length === rejectedIds.length && chosenIds.every((id, i) => id === rejectedIds[i])) return 'identical';
  const room = options.maxLength - Math.max(chosenIds.length, rejectedIds.length);
  if (room < 1) return 'too-long';
  const cuttable = openPrompt(pair.prompt, tokenizer, options.promptFormat);
  if (room < cuttable.fewest) return 'too-long';
  const prompt = cuttable.fit(room);
  return { pair: { id: pair.id, promptIds: prompt.ids, chosenIds, rejectedIds }, prompt };
}

/**
 * A prompt for generation, cut on the left to `maxPromptLength` tokens (what is left of maxLength after maxNewTokens).
 * Throws an InputError when the chat template refuses it.
 */
export function encodePrompt(
  prompt: Prompt,
  tokenizer: TextTokenizer,
  options: EncodeOptions & { maxPromptLength: number },
): EncodedPrompt {
  const room = Math.min(options.maxPromptLength, options.maxLength);
  if (room < 1) throw new Error(`internal: no room for a prompt (${room} tokens)`);
  return openPrompt(prompt, tokenizer, options.promptFormat).fit(room);
}

/** The text of a generated response (as it follows its prompt, with its leading space), without special tokens. */
export function decodeResponse(ids: number[], tokenizer: TextTokenizer): string {
  return tokenizer.decode(ids, true);
}
