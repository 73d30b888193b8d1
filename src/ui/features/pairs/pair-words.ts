/** Words for what a pair is, what was decided about it, and when a decision counts. */
import type { PairDecision, PairVerdict } from '../../../protocol/pair-review';
import { isSyntheticRound, originalRound, playgroundRound } from '../../../protocol/pair-review';
import type { PairRow, PairUse, ReviewFilter } from '../../../protocol/pairs';
import type { RunState } from '../../../protocol/run-state';
import { dropReasonTitle } from '../../primitives/drop-reason';
import { formatInteger } from '../../primitives/format';
import { stageTitle } from '../../primitives/stage-title';
import type { StandingUse } from './standing-pair';

export const decisionTitles: Readonly<Record<PairDecision, string>> = {
  keep: 'kept',
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

type AnyUse = PairUse | StandingUse;

const useTitles: Partial<Readonly<Record<AnyUse, string>>> = {
  training: 'training',
  referee: 'kept for the referee',
  'held-out': 'held out',
  spare: 'not used by this run',
  kept: 'passed the filters',
  voted: 'voted',
  'left out': 'left out',
};

export const titleOfUse = (use: AnyUse): string => useTitles[use] ?? dropReasonTitle(use);

/** For the list's narrow column: none longer than 'low margin'. */
const shortUseTitles: Partial<Readonly<Record<AnyUse, string>>> = {
  referee: 'referee',
  spare: 'unused',
  empty: 'empty',
  identical: 'identical',
  'near-identical': 'similar',
  tie: 'no margin',
  margin: 'low margin',
  truncated: 'cut off',
  unsafe: 'unsafe',
  'prompt-mismatch': 'mismatch',
};

export const shortTitleOfUse = (use: AnyUse): string => shortUseTitles[use] ?? titleOfUse(use);

/** 'Original', 'Round 2' or 'Playground'. */
export function sourceTitle(round: number): string {
  if (round === playgroundRound) return 'Playground';
  return round === originalRound ? 'Original' : `Round ${round}`;
}

/** What was decided, a word each: 'flipped', 'edited'. */
export function verdictParts({ decision, edited, flagged }: PairVerdict): string[] {
  return [decision && decisionTitles[decision], edited && 'edited', flagged && 'flagged'].filter(
    (word) => typeof word === 'string',
  );
}

/** 1 -> '1 pair', 1200 -> '1,200 pairs' */
export const pairCount = (count: number): string => `${formatInteger(count)} ${count === 1 ? 'pair' : 'pairs'}`;

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
