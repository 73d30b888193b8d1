/**
 * What a person decides about the pairs of a run: verdicts, blind votes, pairs voted in the playground, and the log that keeps every one of them. Types and
 * names only; applying them is in src/rounds/training-pairs.ts, keeping them in src/storage/pair-review-store.ts.
 */
import type { Message } from './preference';

/** The pairs of the dataset have this round; synthetic ones the round that made them, from 1. */
export const originalRound = 0;

/** Pairs that blind votes in the playground made have this round; no run has as many. */
export const playgroundRound = 0xffff;

/** Of a pair that a round made by sampling and scoring. */
export const isSyntheticRound = (round: number): boolean => round !== originalRound && round !== playgroundRound;

/** A pair of a run. `id` is its content hash. */
export interface PairKey {
  round: number;
  id: string;
}

export const pairDecisions = ['keep', 'flip', 'tie', 'drop'] as const;

/**
 * 'keep' also takes in a pair that a filter dropped, 'flip' swaps chosen and rejected, 'tie' and 'drop' leave the pair out of
 * training (a tie says that neither response is better, a drop that the pair is unusable).
 */
export type PairDecision = (typeof pairDecisions)[number];

/** The two responses as the person wrote them, before a flip. */
export interface PairTexts {
  chosen: string;
  rejected: string;
}

export interface PairVerdict {
  /** null: as the pair is. */
  decision: PairDecision | null;
  /** null: the pair's own texts. */
  edited: PairTexts | null;
  /** Marked to come back to; changes nothing in training. */
  flagged: boolean;
}

/** A verdict given or taken back (null: none). */
export interface PairChange extends PairKey {
  verdict: PairVerdict | null;
  previous: PairVerdict | null;
}

/** A choice between two responses whose scores and order were hidden. */
export interface BlindVote extends PairKey {
  /** Which response stood on the left. */
  left: 'chosen' | 'rejected';
  better: 'left' | 'right' | 'tie';
}

/** Two answers of the playground as a pair; a vote for neither comes with the verdict 'tie'. Models as the evaluation names them. */
export interface VotedPair {
  /** Content hash of prompt, chosen and rejected (hex). */
  id: string;
  /** The conversation that both answers go on from. */
  prompt: Message[];
  chosen: string;
  rejected: string;
  chosenModel: string;
  rejectedModel: string;
}

/** A vote between two answers of the playground whose models were hidden. */
export interface PlaygroundVote {
  prompt: Message[];
  left: { model: string; text: string };
  right: { model: string; text: string };
  better: BlindVote['better'];
}

/** How a change came about. 'adopt': blind votes made verdicts; 'playground': a vote there made a pair. */
export const reviewSources = ['review', 'bulk', 'blind', 'adopt', 'playground', 'undo'] as const;
export type ReviewSource = (typeof reviewSources)[number];

/** One entry of the log, which is only ever added to. */
export interface ReviewAction {
  runId: string;
  /** Counts from 1 in each run. */
  sequence: number;
  /** Milliseconds since 1970. */
  at: number;
  who: 'person';
  how: ReviewSource;
  changes: PairChange[];
  vote: BlindVote | null;
  /** The pair that a vote in the playground made. */
  added: VotedPair | null;
  /** The action that this one takes back. */
  undoes: number | null;
}

/** A key as one string, for maps. */
export const pairKeyText = ({ round, id }: PairKey): string => `${round}:${id}`;

export const noVerdict: PairVerdict = { decision: null, edited: null, flagged: false };

/** True for a verdict that says nothing. */
export const isEmptyVerdict = ({ decision, edited, flagged }: PairVerdict): boolean =>
  decision === null && edited === null && !flagged;
