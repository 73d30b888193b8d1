/** One synthetic pair as training takes it: with the tokens that were sampled, or behind its prompt's ids with what the person wrote. */
import type { PairTexts } from '../protocol/pair-review';
import type { DropReason, EncodedPair, SyntheticPair } from '../protocol/preference';
import { sameIds } from './pair-verdicts';
import type { RunContext } from './run-context';

/** A response that the length limit cut has no end token. */
export function encodeSynthetic(pair: SyntheticPair, endTokenId: number): EncodedPair {
  const withEnd = ({ ids, ended }: SyntheticPair['chosen']) => (ended ? [...ids, endTokenId] : ids);
  const { id, promptIds, chosen, rejected } = pair;
  return { id, promptIds, chosenIds: withEnd(chosen), rejectedIds: withEnd(rejected) };
}

/** @returns why it cannot be trained on, where it cannot */
export function encodeEditedSynthetic(
  { tokenizer, endTokenId, recipe }: Pick<RunContext, 'recipe' | 'tokenizer' | 'endTokenId'>,
  source: SyntheticPair,
  texts: PairTexts,
): EncodedPair | DropReason {
  if (texts.chosen.trim() === '' || texts.rejected.trim() === '') return 'empty';
  const own = encodeSynthetic(source, endTokenId);
  // A side that was not touched keeps the very tokens that were sampled.
  const idsOf = (text: string, ownText: string, ids: number[]) =>
    text === ownText ? ids : [...tokenizer.encode(text, false), endTokenId];
  const chosenIds = idsOf(texts.chosen, source.chosen.text, own.chosenIds);
  const rejectedIds = idsOf(texts.rejected, source.rejected.text, own.rejectedIds);
  if (sameIds(chosenIds, rejectedIds)) return 'identical';
  const length = own.promptIds.length + Math.max(chosenIds.length, rejectedIds.length);
  return length > recipe.maxLength ? 'too-long' : { ...own, chosenIds, rejectedIds };
}
