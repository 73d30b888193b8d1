/** The log of a run's reviews folded to what stands now: verdicts, blind votes, voted pairs, and what can still be undone. */
import {
  pairKeyText,
  type BlindVote,
  type PairChange,
  type PairKey,
  type PairVerdict,
  type ReviewAction,
  type VotedPair,
} from '../../protocol/pair-review';

export interface StandingVerdict extends PairKey {
  verdict: PairVerdict;
}

export interface ReviewState {
  /** The last action that is folded in; 0 for none. */
  sequence: number;
  /** By pairKeyText. */
  verdicts: Map<string, StandingVerdict>;
  /** Actions that can be undone, the last one at the end. */
  undoable: ReviewAction[];
}

export const emptyReviewState = (): ReviewState => ({ sequence: 0, verdicts: new Map(), undoable: [] });

/** Folds further actions in, in the order of their sequence; changes `state`. */
export function foldReviews(state: ReviewState, actions: Iterable<ReviewAction>): ReviewState {
  for (const action of actions) {
    state.sequence = action.sequence;
    for (const { round, id, verdict } of action.changes) {
      const key = pairKeyText({ round, id });
      if (verdict === null) state.verdicts.delete(key);
      else state.verdicts.set(key, { round, id, verdict });
    }
    if (action.how === 'undo') state.undoable = state.undoable.filter(({ sequence }) => sequence !== action.undoes);
    else state.undoable.push(action);
  }
  return state;
}

/** What a stage is made with. */
export interface StandingReviews {
  /** By pairKeyText. */
  verdicts: ReadonlyMap<string, StandingVerdict>;
  voted: readonly VotedPair[];
}

/** What a whole log amounts to. */
export function standingReviews(actions: Iterable<ReviewAction>): StandingReviews {
  const state = foldReviews(emptyReviewState(), actions);
  return { verdicts: state.verdicts, voted: votedPairs(state) };
}

/** The blind votes that stand, one a pair: its latest. */
export function standingVotes({ undoable }: ReviewState): BlindVote[] {
  const votes = new Map<string, BlindVote>();
  for (const { vote } of undoable) if (vote) votes.set(pairKeyText(vote), vote);
  return [...votes.values()];
}

/** The pairs that votes in the playground made and that stand, each once, oldest first. */
export function votedPairs({ undoable }: ReviewState): VotedPair[] {
  const pairs = new Map<string, VotedPair>();
  for (const { added } of undoable) if (added) pairs.set(added.id, added);
  return [...pairs.values()];
}

/** The changes that take an action back: each pair as it was before it. */
export function undoChanges({ changes }: ReviewAction): PairChange[] {
  return changes.map(({ round, id, verdict, previous }) => ({ round, id, verdict: previous, previous: verdict }));
}
