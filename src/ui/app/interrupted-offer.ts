/** Which stopped run the studio offers to go on with, and how far it is. Pure. */
import type { CheckpointSummary } from '../../protocol/provenance';
import { hasResult, isActive, isIncluded } from '../../protocol/status';
import type { RunState } from '../../protocol/run-state';
import { checkpointRows } from '../features/artifacts/checkpoint-rows';
import { stageTitle } from '../primitives/stage-title';

/** Names the interruption: a run that went on and was interrupted again has worked longer. */
export const interruptionId = ({ id, stages }: Pick<RunState, 'id' | 'stages'>): string =>
  `${id}/${stages.reduce((sum, { seconds }) => sum + seconds, 0)}`;

/**
 * @param runs newest first
 * @param later interruptions that the person has put off
 * @returns null when there is none, and while a run has the GPU; who deletes a result does not want it made again at once
 */
export function interruptedRun(runs: readonly RunState[], later: readonly string[]): RunState | null {
  if (runs.some(isActive)) return null;
  return runs.find((run) => isOffered(run) && !later.includes(interruptionId(run))) ?? null;
}

const isOffered = ({ status, interruptedBy }: RunState): boolean =>
  status === 'interrupted' && interruptedBy !== 'deleted';

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** @param checkpoints null until they are read */
export function interruptedText(run: RunState, checkpoints: readonly CheckpointSummary[] | null): string {
  const name = `“${run.name}”`;
  const stage = run.stages.find((one) => isIncluded(one) && !hasResult(one));
  if (stage === undefined) return `${name} was interrupted.`;
  const title = lowerFirst(stageTitle(stage.id));
  const others = run.stages.filter((one) => isIncluded(one) && one !== stage);
  // An evaluation that was left out and is to be made after all.
  if (stage.seconds === 0 && others.every(hasResult)) return `${name} has one stage left: ${title}.`;
  const stopped = `${name} was interrupted in ${title}`;
  if (checkpoints === null) return `${stopped}.`;
  const kept = checkpointRows(checkpoints, [run]).find((row) => row.stage === stage.id);
  if (!kept?.place) return `${stopped}, before its first checkpoint. Finished stages are kept; this one begins again.`;
  return `${stopped}. It goes on from its last checkpoint, at ${kept.place}.`;
}
