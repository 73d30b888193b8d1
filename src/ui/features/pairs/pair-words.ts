/** Words for what a pair is, what was decided about it, and when a decision counts. */
import type { PairDecision, PairVerdict } from '../../../protocol/pair-review';
import { isSyntheticRound, originalRound, playgroundRound } from '../../../protocol/pair-review';
import type { PairRow, PairUse, ReviewFilter } from '../../../protocol/pairs';
import type { RunState } from '../../../protocol/studio';
import { dropReasonTitle } from '../../primitives/drop-reason';
import { stageTitle } from '../../primitives/stage-title';

export const decisionTitles: Readonly<Record<PairDecision, string>> = {
  keep: 'keep',
  flip: 'flipped',
  tie: 'tie',
  drop: 'dropped',
};

export const reviewFilterTitles: Readonly<Record<ReviewFilter, string>> = {
  none: 'not reviewed',
  ...decisionTitles,
  edited: 'edited',
  flagged: 'flagged',
};

const useTitles: Partial<Readonly<Record<PairUse, string>>> = {
  training: 'training',
  referee: 'kept for the referee',
  'held-out': 'held out',
  spare: 'not used by this run',
  kept: 'kept',
  voted: 'voted',
};

export const titleOfUse = (use: PairUse): string => useTitles[use] ?? dropReasonTitle(use);

/** 'Original', 'Round 2' or 'Playground'. */
export function sourceTitle(round: number): string {
  if (round === playgroundRound) return 'Playground';
  return round === originalRound ? 'Original' : `Round ${round}`;
}

export function verdictWords({ decision, edited, flagged }: PairVerdict): string {
  const words = [decision && decisionTitles[decision], edited && 'edited', flagged && 'flagged'];
  return words.filter(Boolean).join(', ');
}

/** The texts as they stand after edits, and which one counts as chosen. */
export function standingPair({ chosen, rejected, verdict }: PairRow) {
  return { texts: verdict?.edited ?? { chosen, rejected }, flipped: verdict?.decision === 'flip' };
}

/** When a decision about the pair is next used, as a sentence. */
export function countsFrom(run: RunState, { round, use }: Pick<PairRow, 'round' | 'use'>): string {
  if (use === 'held-out') return 'Held out for evaluation: no stage trains on this pair, whatever is decided.';
  if (use === 'referee') return 'Kept for a referee reward model: no stage of this run trains on this pair.';
  if (use === 'spare') return 'This run does not use this pair.';
  const users = run.stages.filter((stage) => trainsOn(run, stage, round));
  const next = users.find(({ status }) => status === 'pending' || status === 'failed');
  if (next) return `Decisions count from the stage “${stageTitle(next.id)}” on.`;
  return 'Every stage that trains on this pair has started: a decision counts when one of them is made again.';
}

function trainsOn({ recipe }: RunState, stage: RunState['stages'][number], round: number): boolean {
  if (round === playgroundRound) return stage.kind === 'reward' || stage.kind === 'train';
  if (stage.kind === 'train' && isSyntheticRound(round)) {
    return recipe.dpoMix === 'accumulate' ? stage.round >= round : stage.round === round;
  }
  if (round !== originalRound) return false;
  return stage.kind === 'sft' || stage.kind === 'reward' || (stage.kind === 'train' && recipe.dpoMix !== 'synthetic');
}
