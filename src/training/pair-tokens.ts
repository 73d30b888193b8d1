/** Tokens of pairs: prompts once, both responses. */
import type { EncodedPair } from '../protocol/preference';

export const tokensOfPairs = (pairs: readonly EncodedPair[]): number =>
  pairs.reduce(
    (sum, { promptIds, chosenIds, rejectedIds }) => sum + promptIds.length + chosenIds.length + rejectedIds.length,
    0,
  );
