/**
 * The runs as a worker finds them at its start: those that were going on when the last worker ended are interrupted, those that
 * the person deleted are removed for good.
 */
import { databaseArtifacts } from '../src/storage/artifact-store';
import type { StudioDatabase } from '../src/storage/database';
import type { RunRecord } from '../src/storage/records';
import { deleteRun, listRuns, putRun } from '../src/storage/run-store';
import { lastEvaluated } from './run-outputs';
import { evaluationOf } from './run-recorder';

/**
 * @param trainingElsewhere another worker of this browser holds the run lock: its run is left alone
 * @returns the runs with curves and evaluation, oldest first, and how many could not be read
 */
export async function loadRuns(
  database: StudioDatabase,
  trainingElsewhere: boolean,
): Promise<{ runs: RunRecord[]; unreadable: number }> {
  const { runs: stored, unreadable } = await listRuns(database);
  const runs = stored.filter(({ deletedAt }) => deletedAt === undefined);
  for (const { state, deletedAt } of stored) if (deletedAt !== undefined) await deleteRun(database, state.id);
  for (const record of runs) {
    if (!trainingElsewhere && ['running', 'paused'].includes(record.state.status)) {
      interrupt(record);
      await putRun(database, record);
    }
    rememberTimes(record);
    record.state.evaluation = await latestEvaluation(database, record);
  }
  return { runs, unreadable };
}

/** The stage that was under way keeps its progress and curve to look at; it goes on from its checkpoint. */
function interrupt({ state }: RunRecord): void {
  Object.assign(state, { status: 'interrupted', interruptedBy: 'ended', activity: null });
  for (const stage of state.stages) {
    if (stage.status === 'running') Object.assign(stage, { status: 'pending', secondsLeft: null });
  }
}

/** Stages that ended in an earlier version have their times in the record alone. */
function rememberTimes({ state, stages }: RunRecord): void {
  for (const stage of state.stages) {
    const record = stages[stage.id];
    if (!record || stage.status !== 'done' || stage.finishedAt !== undefined) continue;
    Object.assign(stage, { startedAt: record.startedAt, finishedAt: record.finishedAt });
  }
}

async function latestEvaluation(database: StudioDatabase, record: RunRecord): Promise<unknown> {
  const last = record.stages[lastEvaluated(record) ?? ''];
  const artifact = last && (await databaseArtifacts(database).get(last.key));
  return artifact ? evaluationOf(artifact) : null;
}
