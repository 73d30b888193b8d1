/** Pairs as the person looks at them: how far the log of decisions is, and what is searched for, by run. Leaves out the pairs. */
import type { PairQuery } from '../protocol/pairs';
import type { PairScoring } from '../protocol/studio';
import type { Slice } from './slice';

export type PairMode = 'list' | 'review' | 'blind';

export interface PairView {
  query: PairQuery;
  mode: PairMode;
  /** Where the review stands in what the query finds. */
  place: number;
}

export interface PairsSlice {
  /** The last decision that the worker told of, by run. */
  reviewSequence: Readonly<Record<string, number>>;
  pairViews: Readonly<Record<string, PairView>>;
  /** The scoring of original pairs that is under way; null secondsLeft as long as nothing is done. */
  pairScoring: (PairScoring & { startedAt: number; secondsLeft: number | null }) | null;
  /** How often original pairs were scored since the page was opened, by run. */
  scorings: Readonly<Record<string, number>>;
  receiveScoring(scoring: PairScoring): void;
  receiveReviews(reviews: { runId: string; sequence: number }): void;
  setPairView(runId: string, change: Partial<PairView>): void;
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

export const openView = (runId: string): PairView => ({ query: openQuery(runId), mode: 'list', place: 0 });

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

  setPairView: (runId, change) =>
    set(({ pairViews }) => ({
      pairViews: { ...pairViews, [runId]: { ...(pairViews[runId] ?? openView(runId)), ...change } },
    })),
});
