/**
 * The data of a run: what is trained on, what is held out, and which prompts each round gets. Held-out prompts never
 * reach training or the rounds. Splitting and encoding themselves are in src/data.
 */
import { encodePairs, encodePrompt } from '../data/encode';
import { splitPairs } from '../data/split';
import type { TextTokenizer } from '../data/tokenizer';
import { InputError } from '../protocol/errors';
import type { EncodedPair, PreferencePair } from '../protocol/preference';
import { ofRound, type Recipe } from '../protocol/recipe';
import { canonicalJson } from './canonical-json';

/** A prompt ready for generation; `text` is exactly what was tokenised. */
export interface RunPrompt {
  id: string;
  text: string;
  ids: number[];
}

export interface RunData {
  trainPairs: EncodedPair[];
  heldOutPairs: EncodedPair[];
  heldOutPrompts: RunPrompt[];
  /** Remarks on what was left out of training, for the SFT and reward stages. */
  trainNotes: string[];
  heldOutNotes: string[];
  /** The prompts of round `round` (from 1): fresh ones, then training prompts when none are left. */
  promptsOfRound(round: number): { prompts: RunPrompt[]; notes: string[] };
}

/** Splits and encodes. @throws InputError when nothing usable is left for training or evaluation */
export function prepareData(
  pairs: PreferencePair[],
  recipe: Recipe,
  tokenizer: TextTokenizer,
  endTokenId: number,
): RunData {
  const split = splitPairs(pairs, recipe);
  const { maxLength, promptFormat, maxNewTokens } = recipe;
  const options = { maxLength, promptFormat, endTokenId };
  const train = encodePairs(split.train, tokenizer, options);
  const heldOut = encodePairs(split.heldOutPairs, tokenizer, options);
  requireSome(train.encoded, 'training', split.train.length, train.dropped);
  const toPrompt = (pair: PreferencePair): RunPrompt => {
    const { ids, text } = encodePrompt(pair.prompt, tokenizer, {
      ...options,
      maxPromptLength: maxLength - maxNewTokens,
    });
    return { id: pair.id, text, ids };
  };
  const fresh = uniquePrompts(split.roundPrompts);
  const trained = uniquePrompts(split.train);
  return {
    trainPairs: train.encoded,
    heldOutPairs: heldOut.encoded,
    heldOutPrompts: uniquePrompts(split.heldOutPrompts).map(toPrompt),
    trainNotes: encodingNotes('training pairs', split.train.length, train),
    heldOutNotes: encodingNotes('held-out pairs', split.heldOutPairs.length, heldOut),
    promptsOfRound: (round) => {
      const chosen = choosePrompts(fresh, trained, recipe, round);
      return { prompts: chosen.prompts.map(toPrompt), notes: chosen.notes };
    },
  };
}

/** Prompts [start, start + count) of the fresh ones; past their end, training prompts in turn, none twice in a round. */
export function choosePrompts<T>(
  fresh: readonly T[],
  trained: readonly T[],
  recipe: Pick<Recipe, 'promptsPerRound'>,
  round: number,
): { prompts: T[]; notes: string[] } {
  const wanted = ofRound(recipe.promptsPerRound, round);
  let start = 0;
  for (let earlier = 1; earlier < round; earlier++) start += ofRound(recipe.promptsPerRound, earlier);
  const own = fresh.slice(start, start + wanted);
  const reusedStart = Math.max(0, start - fresh.length);
  const reusedCount = Math.min(wanted - own.length, trained.length);
  const reused = Array.from({ length: reusedCount }, (_, i) => trained[(reusedStart + i) % trained.length] as T);
  const prompts = [...own, ...reused];
  const notes: string[] = [];
  if (reusedCount > 0)
    notes.push(`only ${own.length} fresh prompts were left; ${reusedCount} are prompts of the training pairs`);
  if (prompts.length < wanted) notes.push(`${prompts.length} prompts instead of ${wanted}: the dataset has no more`);
  return { prompts, notes };
}

/** The first pair of each prompt. */
function uniquePrompts(pairs: readonly PreferencePair[]): PreferencePair[] {
  const first = new Map<string, PreferencePair>();
  for (const pair of pairs) {
    const prompt = canonicalJson(pair.prompt);
    if (!first.has(prompt)) first.set(prompt, pair);
  }
  return [...first.values()];
}

function encodingNotes(
  what: string,
  total: number,
  { encoded, dropped, cut }: ReturnType<typeof encodePairs>,
): string[] {
  const notes: string[] = [];
  if (encoded.length < total)
    notes.push(`${total - encoded.length} of ${total} ${what} were left out: ${reasons(dropped)}`);
  if (cut > 0) notes.push(`${cut} prompts of ${what} were cut on the left to fit`);
  return notes;
}

function reasons(dropped: Record<string, number>): string {
  const parts = Object.entries(dropped).filter(([, count]) => count > 0);
  return parts.map(([reason, count]) => `${count} ${reason}`).join(', ') || 'no reason given';
}

function requireSome(pairs: EncodedPair[], what: string, total: number, dropped: Record<string, number>): void {
  if (pairs.length > 0) return;
  const why =
    total === 0 ? 'none are left after the held-out split' : `all ${total} were left out (${reasons(dropped)})`;
  throw new InputError(
    `The dataset has no pairs for ${what}: ${why}. Choose a larger dataset, a smaller held-out split, or a larger maxLength.`,
  );
}
