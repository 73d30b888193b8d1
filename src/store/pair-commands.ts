/** What the person can do with pairs: look, decide, undo, vote blindly, export. Every decision is told to all tabs. */
import type { PairClient } from '../client/pair-client';
import type { TrainingClient } from '../client/training-client';
import type { BlindVote, PairKey, PairVerdict, PlaygroundVote } from '../protocol/pair-review';
import type { LogRatioQuestion, PairLogRatios } from '../protocol/playground';
import type {
  BlindReport,
  ModelTally,
  PairCommands,
  PairQuery,
  PairTokens,
  PairWindow,
  RoundResponses,
  RoundScores,
  UndoneAction,
} from '../protocol/pairs';

export interface PairCommandSet {
  pairWindow(argument: PairCommands['pairWindow'][0]): Promise<PairWindow>;
  findPair(query: PairQuery, asOf: number | null, pair: PairKey): Promise<number | null>;
  reviewPair(runId: string, pair: PairKey, verdict: PairVerdict): Promise<void>;
  /** Does one thing with all pairs of a query, or with those at some places of it. Returns how many changed. */
  reviewAllPairs(argument: PairCommands['reviewAll'][0]): Promise<number>;
  undoReview(runId: string): Promise<UndoneAction | null>;
  voteBlind(runId: string, vote: BlindVote): Promise<void>;
  votePlayground(runId: string, vote: PlaygroundVote): Promise<void>;
  playgroundTally(runId: string): Promise<ModelTally[]>;
  blindReport(runId: string): Promise<BlindReport>;
  adoptVotes(runId: string): Promise<number>;
  exportPairs(query: PairQuery, asOf: number | null): Promise<{ file: Blob; pairs: number }>;
  pairTokens(runId: string, pair: PairKey): Promise<PairTokens>;
  /** Scores the original pairs that a query finds by the run's reward model. Rejects while a run is using the GPU. */
  scoreOriginals(query: PairQuery, asOf: number | null): Promise<void>;
  /** What is scored by then stays. */
  stopScoring(): Promise<void>;
  /** What a round sampled; null before its responses are there. */
  roundResponses(runId: string, round: number): Promise<RoundResponses | null>;
  /** Rewards, margins and dropped pairs of a round; null before its responses are scored. */
  roundScores(runId: string, round: number): Promise<RoundScores | null>;
  /** Rejects while a run is using the GPU. */
  pairLogRatios(question: LogRatioQuestion): Promise<PairLogRatios>;
}

export function createPairCommands(training: TrainingClient, pairs: PairClient): PairCommandSet {
  /** Has the training worker tell every page, once the log is written. */
  async function told<T>(runId: string, work: Promise<T>): Promise<T> {
    const result = await work;
    await training.send('reviewsChanged', { runId });
    return result;
  }

  return {
    pairWindow: (argument) => pairs.send('pairWindow', argument),
    findPair: (query, asOf, pair) => pairs.send('findPair', { query, asOf, pair }),
    reviewPair: async (runId, pair, verdict) =>
      void (await told(runId, pairs.send('reviewPair', { runId, pair, verdict }))),
    reviewAllPairs: (argument) => told(argument.query.runId, pairs.send('reviewAll', argument)),
    undoReview: (runId) => told(runId, pairs.send('undoReview', { runId })),
    voteBlind: async (runId, vote) => void (await told(runId, pairs.send('voteBlind', { runId, vote }))),
    votePlayground: async (runId, vote) => void (await told(runId, pairs.send('votePlayground', { runId, vote }))),
    playgroundTally: (runId) => pairs.send('playgroundTally', { runId }),
    blindReport: (runId) => pairs.send('blindReport', { runId }),
    adoptVotes: (runId) => told(runId, pairs.send('adoptVotes', { runId })),
    exportPairs: (query, asOf) => pairs.send('exportPairs', { query, asOf }),
    pairTokens: (runId, pair) => pairs.send('pairTokens', { runId, pair }),
    scoreOriginals: async (query, asOf) => {
      const positions = await pairs.send('unscoredPairs', { query, asOf });
      await training.send('scorePairs', { runId: query.runId, positions });
    },
    stopScoring: async () => {
      await training.send('stopPlayground', null);
    },
    roundResponses: (runId, round) => pairs.send('roundResponses', { runId, round }),
    roundScores: (runId, round) => pairs.send('roundScores', { runId, round }),
    pairLogRatios: (question) => training.send('pairLogRatios', question),
  };
}
