/**
 * Pairs that the person voted in the playground, as the reward model and DPO train on them: like original pairs, with what was
 * decided about them since. One whose prompt the run holds out for evaluation is left out.
 */
import type { StandingVerdict } from '../data/review/review-state';
import { noVerdict, pairKeyText, playgroundRound, type VotedPair } from '../protocol/pair-review';
import type { EncodedPair } from '../protocol/preference';
import { encodePair } from './encode-pair';
import { applyVerdict, sameIds, type ReviewedPair } from './pair-verdicts';
import type { RunContext } from './run-context';

export type VotedContext = Pick<RunContext, 'recipe' | 'tokenizer' | 'endTokenId'> & {
  data: Pick<RunContext['data'], 'heldOutPairs' | 'heldOutPrompts'>;
};

/** @returns a change for every pair that a stage gets, or cannot get for a reason; and how many have held-out prompts */
export function applyVoted(
  context: VotedContext,
  voted: readonly VotedPair[],
  verdicts: ReadonlyMap<string, StandingVerdict>,
): { changes: ReviewedPair[]; heldOut: number } {
  const changes: ReviewedPair[] = [];
  let heldOut = 0;
  for (const pair of voted) {
    const key = { round: playgroundRound, id: pair.id };
    const verdict = verdicts.get(pairKeyText(key))?.verdict ?? noVerdict;
    const { decision, edited } = verdict;
    if (decision === 'tie' || decision === 'drop') continue;
    const encoded = encodePair(context, edited ? { ...pair, ...edited } : pair);
    if (typeof encoded === 'string') {
      changes.push({ key, verdict, before: null, after: null, problem: encoded });
    } else if (isHeldOut(context, encoded)) {
      heldOut += 1;
    } else {
      const flipped = applyVerdict({ key, pair: encoded, dropped: null }, { ...verdict, edited: null }, () => encoded);
      changes.push({ key, verdict, before: null, after: flipped?.after ?? encoded, problem: null });
    }
  }
  return { changes, heldOut };
}

const isHeldOut = ({ data }: VotedContext, { promptIds }: EncodedPair): boolean =>
  data.heldOutPrompts.some(({ ids }) => sameIds(ids, promptIds)) ||
  data.heldOutPairs.some((pair) => sameIds(pair.promptIds, promptIds));
