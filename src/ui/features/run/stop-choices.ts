/** After which stages it makes sense to offer a stop: the stage that is next to end, the end of its round, and those marked already. */
import { stopProblem } from '../../../protocol/holds';
import { hasResult, isIncluded } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';
import { stageTitle } from '../../primitives/stage-title';

export interface StopChoice {
  stageId: string;
  /** 'after the reward model' or 'at the end of round 1' */
  label: string;
}

/** In the run's order. */
export function stopChoices(run: Pick<RunState, 'stages' | 'holds'>): StopChoice[] {
  const { stages, holds } = run;
  const current = stages.find((stage) => isIncluded(stage) && !hasResult(stage));
  const ofRound = stages.filter(({ round }) => round === current?.round);
  const last = ofRound.findLast(isIncluded);
  const offered = new Set(holds.stopAfter);
  for (const stage of [current, last]) if (stage && stopProblem(run, stage.id) === null) offered.add(stage.id);
  return stages.flatMap(({ id, kind, round }) => {
    if (!offered.has(id)) return [];
    const endsRound = round > 0 && (id === last?.id || kind === 'evaluate');
    return [{ stageId: id, label: endsRound ? `at the end of round ${round}` : `after ${stageTitle(id)}` }];
  });
}
