/** Pairs as the person looks at them: how far the log of decisions is, and what is searched for, by run. Leaves out the pairs. */
import { originalRound, playgroundRound, type PairKey } from '../protocol/pair-review';
import type { PairQuery } from '../protocol/pairs';
import { hasResult } from '../protocol/status';
import type { RunState } from '../protocol/run-state';
import type { PairScoring } from '../protocol/studio';
import type { Slice } from './slice';

export type PairMode = 'list' | 'review' | 'blind';

export interface PairView {
  query: PairQuery;
  mode: PairMode;
  /** Where the list or the review stands in what the query finds. */
  place: number;
  /** The pair under review, which the place goes by; null until the one at the place is read, and in the list. */
  pair: PairKey | null;
}

/** What the person, a link or an address asked for. The rest is as a run's pairs begin. */
export interface AskedPairs extends Partial<Omit<PairView, 'query'>> {
  query?: Partial<Omit<PairQuery, 'runId'>>;
}

export interface PairsSlice {
  /** The last decision that the worker told of, by run. */
  reviewSequence: Readonly<Record<string, number>>;
  pairViews: Readonly<Record<string, AskedPairs>>;
  /** The scoring of original pairs that is under way; null secondsLeft as long as nothing is done. */
  pairScoring: (PairScoring & { startedAt: number; secondsLeft: number | null }) | null;
  /** How often original pairs were scored since the page was opened, by run. */
  scorings: Readonly<Record<string, number>>;
  receiveScoring(scoring: PairScoring): void;
  receiveReviews(reviews: { runId: string; sequence: number }): void;
  setPairView(runId: string, asked: AskedPairs): void;
}

const anything = { from: null, to: null };

/** Every pair of the run in its own order. */
export const openQuery = (runId: string): PairQuery => ({
  runId,
  rounds: [],
  uses: [],
  reviews: [],
  margin: anything,
  length: anything,
  text: '',
  sort: { by: 'order', descending: false },
});

/** The rounds whose pairs are there, oldest first. */
export const scoredRounds = ({ stages }: Pick<RunState, 'stages'>): number[] =>
  stages.filter((stage) => stage.kind === 'score' && hasResult(stage)).map(({ round }) => round);

/**
 * What is shown of a run's pairs: where nothing else was asked for, or only rounds that the run does not have, those of its latest
 * round, or the original ones as long as there are no others.
 */
export function pairViewOf(run: Pick<RunState, 'id' | 'stages'>, { query, ...asked }: AskedPairs = {}): PairView {
  const scored = scoredRounds(run);
  const there = [originalRound, ...scored, playgroundRound];
  const rounds = query?.rounds?.filter((round) => there.includes(round));
  const isAsked = rounds !== undefined && (rounds.length > 0 || query?.rounds?.length === 0);
  return {
    ...{ mode: 'list', place: 0, pair: null, ...asked },
    query: { ...openQuery(run.id), ...query, rounds: isAsked ? rounds : [scored.at(-1) ?? originalRound] },
  };
}

export const createPairsSlice: Slice<PairsSlice> = (set) => ({
  reviewSequence: {},
  pairViews: {},
  pairScoring: null,
  scorings: {},

  receiveReviews: ({ runId, sequence }) =>
    set(({ reviewSequence }) => ({ reviewSequence: { ...reviewSequence, [runId]: sequence } })),

  receiveScoring: (scoring) =>
    set(({ pairScoring, scorings }) => {
      const { runId, ended } = scoring;
      if (ended) return { pairScoring: null, scorings: { ...scorings, [runId]: (scorings[runId] ?? 0) + 1 } };
      const startedAt = pairScoring?.startedAt ?? Date.now();
      const { done, total } = scoring;
      const secondsLeft = done === 0 ? null : (((Date.now() - startedAt) / 1000) * (total - done)) / done;
      return { pairScoring: { ...scoring, startedAt, secondsLeft } };
    }),

  setPairView: (runId, asked) => set(({ pairViews }) => ({ pairViews: { ...pairViews, [runId]: asked } })),
});
