/**
 * Where a run stops by itself and waits for the person: before training stages, so that pairs can be reviewed first, or after a stage
 * that the person marked. None of it is part of the recipe, and none changes a result.
 */
import { hasResult, isIncluded } from './status';
import type { StageState } from './run-state';

/** Which training stages wait until the person has looked at their pairs. */
export interface ReviewWait {
  /** SFT, which begins with the original pairs. */
  sft: boolean;
  /** The DPO training of every round, which takes in the pairs that the round has just made. */
  dpo: boolean;
}

export const noWait: ReviewWait = { sft: false, dpo: false };

export interface RunHolds {
  review: ReviewWait;
  /** Stages after which the run stops; each is forgotten once it has. */
  stopAfter: string[];
}

export const noHolds: RunHolds = { review: noWait, stopAfter: [] };

/** Why a run is held. */
export interface RunHold {
  why: 'review' | 'stop';
  /** The stage that has not begun. */
  before: string;
  /** The stage that the person marked; null for a review. */
  after: string | null;
}

interface HoldingRun {
  /** In the run's order. */
  stages: readonly StageState[];
  holds: RunHolds;
}

/**
 * Whether a run that has come to a stage stops before it.
 * @param passed stages that have begun before, or that the person has let go on: no review holds them again
 * @returns null to go on
 */
export function holdBefore({ stages, holds }: HoldingRun, stageId: string, passed: readonly string[]): RunHold | null {
  const place = stages.findIndex(({ id }) => id === stageId);
  const stage = stages[place];
  if (!stage || hasResult(stage)) return null;
  if (!passed.includes(stageId) && awaitsReview({ stages, holds }, stage))
    return { why: 'review', before: stageId, after: null };
  const marked = stages.slice(0, place).findLast(({ id }) => holds.stopAfter.includes(id));
  return marked ? { why: 'stop', before: stageId, after: marked.id } : null;
}

/** Whether the stage is one that waits for a review; single responses make no pairs to look at. */
export function awaitsReview({ stages, holds }: HoldingRun, { kind }: Pick<StageState, 'kind'>): boolean {
  if (kind === 'train') return holds.review.dpo;
  return kind === 'sft' && holds.review.sft && stages.some((stage) => stage.kind === 'reward');
}

/** Why a run cannot be told to stop after a stage; null when it can. */
export function stopProblem({ stages }: Pick<HoldingRun, 'stages'>, stageId: string): string | null {
  const place = stages.findIndex(({ id }) => id === stageId);
  const stage = stages[place];
  if (!stage) return `The run has no stage ${stageId}; choose one of the loop.`;
  if (hasResult(stage)) return 'This stage has finished already. Choose one that has not, or pause the run.';
  if (!isIncluded(stage)) return 'This stage is left out. Choose the one before it.';
  const hasMore = stages.slice(place + 1).some((other) => isIncluded(other) && !hasResult(other));
  return hasMore ? null : 'Nothing comes after this stage: the run ends with it.';
}
