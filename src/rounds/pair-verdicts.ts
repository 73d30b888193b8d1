/**
 * What a verdict makes of one pair that a stage would train on, or that a filter dropped. Ids in, ids out; which pairs there
 * are, and when verdicts count, is in training-pairs.ts.
 */
import {
  isEmptyVerdict,
  originalRound,
  playgroundRound,
  type PairKey,
  type PairVerdict,
} from '../protocol/pair-review';
import type { DropReason, EncodedPair } from '../protocol/preference';

/** Token ids of a pair whose texts the person wrote; the reason where it cannot be trained on. */
export type EncodeEdited = (edited: NonNullable<PairVerdict['edited']>) => EncodedPair | DropReason;

export interface ReviewedPair {
  key: PairKey;
  verdict: PairVerdict;
  /** What the stage gets without the verdict; null where a filter dropped the pair. */
  before: EncodedPair | null;
  /** What it gets with it; null where it is left out. */
  after: EncodedPair | null;
  /** Why the pair cannot be trained on although the verdict asks for it. */
  problem: DropReason | null;
}

/** A pair of the pool with the ids it has whether a filter dropped it or not. */
export interface PoolPair {
  key: PairKey;
  pair: EncodedPair;
  dropped: DropReason | null;
}

/** @returns null where the verdict changes nothing */
export function applyVerdict(
  { key, pair, dropped }: PoolPair,
  verdict: PairVerdict,
  encodeEdited: EncodeEdited,
): ReviewedPair | null {
  if (isEmptyVerdict(verdict)) return null;
  const { decision, edited } = verdict;
  const before = dropped === null ? pair : null;
  const outcome = (after: EncodedPair | null, problem: DropReason | null = null): ReviewedPair | null =>
    before === null && after === null && problem === null ? null : { key, verdict, before, after, problem };
  if (decision === 'tie' || decision === 'drop') return outcome(null);
  if (decision === null && (edited === null || before === null)) return null;
  const texts = edited === null ? usable(pair, dropped) : encodeEdited(edited);
  if (typeof texts === 'string') return outcome(null, texts);
  if (decision === 'flip') return outcome({ ...texts, chosenIds: texts.rejectedIds, rejectedIds: texts.chosenIds });
  return edited === null && before !== null ? null : outcome(texts);
}

/** Pairs whose responses are empty or the same can be learned from by nobody. */
function usable(pair: EncodedPair, dropped: DropReason | null): EncodedPair | DropReason {
  if (dropped === 'empty' || pair.chosenIds.length === 0 || pair.rejectedIds.length === 0) return 'empty';
  return sameIds(pair.chosenIds, pair.rejectedIds) ? 'identical' : pair;
}

export const sameIds = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i]);

/** Figures and words for the stage's notes. */
export function reviewNotes(reviewed: readonly ReviewedPair[]): string[] {
  if (reviewed.length === 0) return [];
  const count = (test: (pair: ReviewedPair) => boolean) => reviewed.filter(test).length;
  const parts = [
    [count(({ after, verdict }) => after !== null && verdict.decision === 'flip'), 'flipped'],
    [count(({ after, verdict }) => after !== null && verdict.edited !== null), 'edited'],
    [count(({ key, before, after }) => !isVoted(key) && before === null && after !== null), 'taken in'],
    [count(({ key, after }) => isVoted(key) && after !== null), 'from the playground'],
    [count(({ before, after, problem }) => before !== null && after === null && problem === null), 'left out'],
  ] as const;
  const words = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  const unusable = reviewed.filter(({ problem }) => problem !== null);
  const changed = reviewed.length - unusable.filter(({ before }) => before === null).length;
  return [
    ...(changed > 0
      ? [`${changed} ${changed === 1 ? 'pair' : 'pairs'} changed by review: ${words.join(', ') || 'none usable'}`]
      : []),
    ...(unusable.length > 0
      ? [
          `${unusable.length} reviewed ${unusable.length === 1 ? 'pair' : 'pairs'} cannot be trained on: ${[...new Set(unusable.map(({ problem }) => problem))].join(', ')}`,
        ]
      : []),
  ];
}

const isVoted = ({ round }: PairKey): boolean => round === playgroundRound;

/** Originals say so, synthetic pairs their round. */
export function roundName({ round }: PairKey): string {
  if (round === originalRound) return 'original';
  return round === playgroundRound ? 'playground' : `round ${round}`;
}
