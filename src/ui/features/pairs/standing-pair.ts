/** A pair as it stands after what a person decided and wrote: what the list, the review and the edit form show. Pure. */
import type { PairRow, PairUse } from '../../../protocol/pairs';

type Side = 'chosen' | 'rejected';

export interface StandingResponse {
  /** What it was before a flip; tokens and log-ratios are named by it. */
  own: Side;
  text: string;
  /** Of the text before an edit; null where no round scored it. */
  reward: number | null;
  edited: boolean;
}

export interface StandingPair {
  chosen: StandingResponse;
  rejected: StandingResponse;
  flipped: boolean;
  /** Reward of chosen less that of rejected; below 0 where a flip prefers the lower reward. */
  margin: number | null;
  /** The margin in standard deviations of the round's rewards. */
  sigmas: number | null;
}

export function standingPair(pair: Pick<PairRow, Side | 'scores' | 'verdict'>): StandingPair {
  const { scores, verdict } = pair;
  const flipped = verdict?.decision === 'flip';
  const response = (own: Side): StandingResponse => {
    const text = verdict?.edited?.[own] ?? pair[own];
    return { own, text, reward: scores?.[own] ?? null, edited: text !== pair[own] };
  };
  const [chosen, rejected] = flipped
    ? [response('rejected'), response('chosen')]
    : [response('chosen'), response('rejected')];
  const turned = (value: number) => (flipped ? -value : value);
  return {
    chosen,
    rejected,
    flipped,
    margin: scores && turned(scores.chosen - scores.rejected),
    sigmas: typeof scores?.sigmas === 'number' ? turned(scores.sigmas) : null,
  };
}

/** 'training' for every pair that a stage is given, 'left out' where a decision keeps it from that; else what the pair is. */
export type StandingUse = Exclude<PairUse, 'kept'> | 'left out';

/** What becomes of the pair in training, with what was decided about it. */
export function standingUse({ use, verdict }: Pick<PairRow, 'use' | 'verdict'>): StandingUse {
  const decision = verdict?.decision ?? null;
  if (use === 'held-out' || use === 'referee' || use === 'spare') return use;
  if (decision === 'tie' || decision === 'drop') return 'left out';
  if (use === 'kept' || use === 'training') return 'training';
  if (use === 'voted' || decision === null) return use;
  // Nobody can learn from these, whatever is decided, unless their texts are changed.
  const unusable = (use === 'empty' || use === 'identical') && !verdict?.edited;
  return unusable ? use : 'training';
}

export const isTrainedOn = (use: StandingUse): boolean => use === 'training' || use === 'voted';
