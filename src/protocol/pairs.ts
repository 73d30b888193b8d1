/** Commands of the pair worker: looking through a run's pairs, deciding about them, exporting them. Types and names only. */
import {
  pairDecisions,
  type BlindVote,
  type PairKey,
  type PairVerdict,
  type PlaygroundVote,
  type ReviewSource,
} from './pair-review';
import { dropReasons, type Prompt } from './preference';

/** What the split makes of an original pair. 'spare': in no part that the run uses. */
export const originalUses = ['training', 'referee', 'held-out', 'spare'] as const;

/** What becomes of a pair without a decision; for synthetic pairs 'kept' or why it was dropped, 'voted' for the playground's. */
export const pairUses = [...originalUses, 'kept', 'voted', ...dropReasons] as const;
export type PairUse = (typeof pairUses)[number];

/** By what a person decided. 'none': nothing yet; 'edited' and 'flagged' whatever the decision. */
export const reviewFilters = ['none', 'keep', 'flip', 'tie', 'drop', 'edited', 'flagged'] as const;
export type ReviewFilter = (typeof reviewFilters)[number];

export const pairOrders = ['order', 'margin', 'score', 'length', 'lengthDifference'] as const;
/**
 * 'score': the chosen response's; lengths in characters: the longer response's, and chosen minus rejected. All of the pair as it
 * stands, so a flip turns margins and differences round.
 */
export type PairOrder = (typeof pairOrders)[number];

/** Both ends included; null for none. */
export interface Range {
  from: number | null;
  to: number | null;
}

/** Empty lists allow everything. */
export interface PairQuery {
  runId: string;
  /** 0 for the original pairs. */
  rounds: number[];
  uses: PairUse[];
  reviews: ReviewFilter[];
  /**
   * In standard deviations of the round's rewards, or of the original pairs'; of the pair as it stands. NaN for those without a reward,
   * which are in no range.
   */
  margin: Range;
  /** Characters of the longer response, edits included. */
  length: Range;
  /** Somewhere in prompt or responses, whatever the case. */
  text: string;
  sort: { by: PairOrder; descending: boolean };
}

export interface PairScores {
  chosen: number;
  rejected: number;
  /** In standard deviations of the round's rewards, or of the original pairs'; null where they do not differ. */
  sigmas: number | null;
  /** Of all responses to the prompt, in sampling order; empty for an original pair. */
  all: number[];
}

export interface PairRow extends PairKey {
  /** Own texts, without what the person changed. */
  prompt: Prompt;
  chosen: string;
  rejected: string;
  /** Of synthetic pairs, and original ones that the reward model was asked about; null for the others. */
  scores: PairScores | null;
  /** Which models wrote the responses, as the evaluation names them; null where no vote in the playground made the pair. */
  models: { chosen: string; rejected: string } | null;
  /** Whether each response ends by itself; null where no round sampled them. */
  ended: { chosen: boolean; rejected: boolean } | null;
  use: PairUse;
  verdict: PairVerdict | null;
  /** Which response stands on the left when the order is hidden. */
  blindLeft: BlindVote['left'];
  /** The blind vote that stands. */
  vote: BlindVote | null;
}

export interface PairWindow {
  /** Pairs that the query finds. */
  total: number;
  /** Of `total`, pairs with a decision or an edit. */
  reviewed: number;
  /** Of `total`, original pairs that the reward model has not been asked about. */
  unscored: number;
  /** Of `total`, pairs with a blind vote. */
  votes: number;
  /** Pairs of the run, whatever the query. */
  all: number;
  /** Of `all`, the ones that votes in the playground made. */
  voted: number;
  /** The last action that the query takes into account; decisions after it do not move pairs in or out. */
  asOf: number;
  /** Where the window begins. */
  offset: number;
  rows: PairRow[];
  /** Why there are no original pairs; null where they are there. */
  missing: string | null;
}

/** What can be done with many pairs at once. 'clear' takes decisions, edits and flags away. */
export const bulkActions = [...pairDecisions, 'flag', 'unflag', 'clear'] as const;
export type BulkAction = (typeof bulkActions)[number];

/** How often blind votes and a judge say the same. */
export interface Agreement {
  votes: number;
  ties: number;
  agreed: number;
  /** Cohen's kappa; null where it is not defined: no votes, or both always say the same one thing. */
  kappa: number | null;
  /** 95%; null with kappa. */
  interval: { low: number; high: number } | null;
}

export interface BlindReport {
  /** Pairs with rewards, against the reward model. */
  reward: Agreement;
  /** Original pairs without rewards, against the dataset's labels; and the playground's, against the vote there. */
  labels: Agreement;
  /** Votes that the standing decision does not follow yet. */
  adoptable: number;
}

/** Votes in the playground between two models of a run. */
export interface ModelTally {
  /** As the evaluation names them, in alphabetical order. */
  models: readonly [string, string];
  wins: readonly [number, number];
  ties: number;
}

export interface TokenList {
  ids: number[];
  texts: string[];
}

/** A pair as training sees it, edited where it is, before a flip; the end token closes a response that ended. */
export interface PairTokens {
  prompt: TokenList;
  chosen: TokenList;
  rejected: TokenList;
}

/** What an undo took back. */
export interface UndoneAction {
  how: ReviewSource;
  changes: number;
  /** The pair, where it was one alone. */
  pair: PairKey | null;
}

/** How many values fall into each of some bins of equal width. */
export interface Histogram {
  /** One more than there are bins, rising. */
  edges: number[];
  counts: number[];
}

/** What a generate stage sampled. */
export interface RoundResponses {
  responses: number;
  /** Of those, the ones that ended by themselves before the length limit. */
  ended: number;
  /** Tokens, without the end token. */
  lengths: Histogram;
  /** The first prompts of the round, with all responses to each. */
  examples: { prompt: string; responses: { text: string; tokens: number; ended: boolean }[] }[];
}

/** What a score stage made of a round's responses. */
export interface RoundScores {
  /** Of every pair, kept or not, over shared bins. */
  rewards: { edges: number[]; chosen: number[]; rejected: number[] };
  /** In standard deviations of the round's scores; null where they do not differ. */
  margins: Histogram | null;
  /** 'kept' first, then each reason that dropped any, the most frequent first. */
  uses: { use: PairUse; pairs: number }[];
}

interface Found {
  query: PairQuery;
  /** As a window told; null for now. */
  asOf: number | null;
}

/** Commands to the pair worker: [argument, result]. */
export interface PairCommands {
  /** `clip`: the longest text in characters; null for whole texts. */
  pairWindow: [Found & { offset: number; limit: number; clip: number | null }, PairWindow];
  /** Where a pair stands in what the query finds; null when it is not there. */
  findPair: [Found & { pair: PairKey }, number | null];
  /** @throws InputError for an edit that cannot be trained on */
  reviewPair: [{ runId: string; pair: PairKey; verdict: PairVerdict }, null];
  /** Does one thing with all pairs of the query, or with those at some places of it. Returns how many changed. */
  reviewAll: [Found & { places: readonly number[] | null; action: BulkAction }, number];
  /** Takes the last action back that was not; null when there is none. */
  undoReview: [{ runId: string }, UndoneAction | null];
  voteBlind: [{ runId: string; vote: BlindVote }, null];
  /** Makes a pair of two answers of the playground. @throws InputError for answers that are empty or the same */
  votePlayground: [{ runId: string; vote: PlaygroundVote }, null];
  playgroundTally: [{ runId: string }, ModelTally[]];
  blindReport: [{ runId: string }, BlindReport];
  /** Makes the blind votes decisions. Returns how many changed. */
  adoptVotes: [{ runId: string }, number];
  /** The pairs of the query as JSON lines in TRL's preference format, with decisions applied; without what is left out. */
  exportPairs: [Found, { file: Blob; pairs: number }];
  /** Where in the dataset the original pairs stand that a query finds and that have no reward yet, those in training first. */
  unscoredPairs: [Found, Uint32Array];
  /** As the next stage that trains on it gets it. @throws InputError for one that cannot be trained on */
  pairTokens: [{ runId: string; pair: PairKey }, PairTokens];
  /** null before the round's responses are there. */
  roundResponses: [{ runId: string; round: number }, RoundResponses | null];
  /** null before the round's responses are scored. */
  roundScores: [{ runId: string; round: number }, RoundScores | null];
}
