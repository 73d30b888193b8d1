/** Checkpoints of unfinished stages as rows of a table, and what is lost with them. Pure. */
import type { CheckpointSummary } from '../../../protocol/provenance';
import type { RunState } from '../../../protocol/run-state';
import { stageTitle } from '../../primitives/stage-title';

export interface CheckpointRow extends CheckpointSummary {
  run: RunState;
  /** '120 of 500 steps'; null when it is not known. */
  place: string | null;
}

/** Those of the shown runs, in the order of runs and of stages within a run. */
export function checkpointRows(checkpoints: readonly CheckpointSummary[], runs: readonly RunState[]): CheckpointRow[] {
  return runs.flatMap((run) =>
    run.stages.flatMap(({ id, total, unit }) => {
      const own = checkpoints.find(({ runId, stage }) => runId === run.id && stage === id);
      if (!own) return [];
      const { done } = own;
      const place = done === null ? null : total > 0 ? `${done} of ${total} ${unit}` : `${done} ${unit}`;
      return [{ ...own, run, place }];
    }),
  );
}

/** What goes and what stays when the checkpoints of a stage are deleted. */
export function checkpointLoss({ run, stage, place }: Pick<CheckpointRow, 'run' | 'stage' | 'place'>): string {
  const lost =
    place === null ? 'What this stage has done so far is lost' : `What this stage has done, ${place}, is lost`;
  return `${lost}: when “${run.name}” is continued, ${stageTitle(stage)} starts again from its beginning. Finished stages and their results stay.`;
}
