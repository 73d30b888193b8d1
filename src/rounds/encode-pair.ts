/** One preference pair as the stages of a run train on it. Many at once are encoded in run-data.ts. */
import { encodePairs } from '../data/encode';
import type { DropReason, EncodedPair, PreferencePair } from '../protocol/preference';
import type { RunContext } from './run-context';

/** @returns why it cannot be trained on, where it cannot */
export function encodePair(
  { recipe, tokenizer, endTokenId }: Pick<RunContext, 'recipe' | 'tokenizer' | 'endTokenId'>,
  pair: PreferencePair,
): EncodedPair | DropReason {
  const { maxLength, promptFormat } = recipe;
  const { encoded, dropped } = encodePairs([pair], tokenizer, { maxLength, promptFormat, endTokenId });
  return encoded[0] ?? (Object.keys(dropped)[0] as DropReason);
}
