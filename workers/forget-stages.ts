/**
 * Takes a finished stage, and all that depend on it, out of a run that is not going on, so that the run makes them again. Their
 * artifacts go where no other run uses them: with unchanged inputs the same would be made again, bit by bit.
 */
import { InputError } from '../src/protocol/errors';
import { hasResult, isIncluded } from '../src/protocol/status';
import { inputStages, pendingStage, type StageSpec } from '../src/rounds/stages';
import { databaseCheckpoints } from '../src/storage/checkpoint-store';
import type { StudioDatabase } from '../src/storage/database';
import type { RunRecord } from '../src/storage/records';
import { cutHistory, deleteUnusedArtifacts, putRun } from '../src/storage/run-store';

/** The stage and those that are made from it, directly or not, in the run's order; none that the run leaves out. */
export function dependentStages({ state }: Pick<RunRecord, 'state'>, stageId: string): StageSpec[] {
  const taken = new Set([stageId]);
  const found: StageSpec[] = [];
  const included = state.stages.filter(isIncluded);
  const omitted = new Set(state.stages.filter((stage) => !isIncluded(stage)).map(({ id }) => id));
  for (const { id, kind, round } of included) {
    const spec = { id, kind, round };
    const needs = Object.values(inputStages(spec, state.recipe, omitted));
    if (id !== stageId && !needs.some((need) => taken.has(need))) continue;
    taken.add(id);
    found.push(spec);
  }
  return found;
}

/**
 * @param cause whether the stage was asked for again, or only its result is to go
 * @throws InputError when the run has no such stage, or it has not finished
 */
export async function forgetStages(
  database: StudioDatabase,
  record: RunRecord,
  stageId: string,
  cause: 'again' | 'deleted' = 'again',
): Promise<void> {
  const { state } = record;
  const stage = state.stages.find(({ id }) => id === stageId);
  if (!stage || !hasResult(stage))
    throw new InputError('Only the result of a stage that has finished can be deleted or made again.');
  const forgotten = dependentStages(record, stageId);
  const keys = forgotten.flatMap(({ id }) => record.stages[id]?.key ?? []);
  for (const spec of forgotten) {
    delete record.stages[spec.id];
    const place = state.stages.findIndex(({ id }) => id === spec.id);
    state.stages[place] = pendingStage(spec);
    await cutHistory(database, state.id, spec.id, -1);
    await databaseCheckpoints(database, state.id).clear(spec.id);
  }
  const gone = new Set(forgotten.map(({ id }) => id));
  state.outputs = state.outputs.filter(({ path }) => !gone.has(record.outputStages[path] ?? ''));
  for (const [path, id] of Object.entries(record.outputStages)) if (gone.has(id)) delete record.outputStages[path];
  // The stage itself was just asked for; those after it may be made of other pairs now, and wait for a review again.
  record.passed = [...record.passed.filter((id) => !gone.has(id)), ...(cause === 'again' ? [stageId] : [])];
  Object.assign(state, { status: 'interrupted', interruptedBy: cause, held: null, error: null, evaluation: null });
  await putRun(database, record);
  await deleteUnusedArtifacts(database, keys);
}
