/** Leaving an evaluation out of a run and taking that back: what is refused, what becomes of the run, and which evaluation it shows. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, it, vi } from 'vitest';
import type { RunState, StageStatus } from '../../../src/protocol/run-state';
import { recipePresets } from '../../../src/protocol/recipe';
import { pendingStage, stagesOf } from '../../../src/rounds/stages';
import { databaseArtifacts } from '../../../src/storage/artifact-store';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import type { RunRecord } from '../../../src/storage/records';
import { getRun } from '../../../src/storage/run-store';
import { createRunCommands } from '../../../workers/run-commands';
import { readOutput } from '../../../workers/run-outputs';
import { createRunRecorder } from '../../../workers/run-recorder';
import { loadRuns } from '../../../workers/stored-runs';
import { artifact, runRecord } from '../../support/stored-records';

const recipe = { ...recipePresets.smoke, rounds: 1 };
const last = { runId: 'a', stageId: 'round1.evaluate' };
let database: StudioDatabase;
let record: RunRecord;
let count = 0;
const active = new Set<string>();
const broadcast = vi.fn();

/** A run that lacks its evaluation alone, which is as `evaluation` says. */
function runWith(status: RunState['status'], evaluation: StageStatus): void {
  const stages = stagesOf(recipe).map((spec) => ({
    ...pendingStage(spec),
    status: spec.kind === 'evaluate' ? evaluation : ('done' as const),
  }));
  record = runRecord('a', { recipe, stages, status });
}

const evaluation = () => record.state.stages.at(-1)?.status;
const commands = () =>
  createRunCommands({
    ...{ database, runs: new Map([['a', record]]), hub: { broadcast }, runOf: () => record },
    isActive: (id) => active.has(id),
    tellState: () => {},
  });

beforeEach(async () => {
  database = await openStudioDatabase(`omit stage ${count++}`);
  active.clear();
  broadcast.mockClear();
});

it('is stored and told to every page, and a stopped run with nothing else to make has finished', async () => {
  runWith('failed', 'failed');
  record.state.error = { name: 'TrainingError', message: 'the evaluation failed' };
  await commands().omitStage(last);
  const stored = await getRun(database, 'a');
  expect(stored?.state).toMatchObject({ status: 'finished', error: null });
  expect(stored?.state.stages.at(-1)?.status).toBe('omitted');
  expect(broadcast).toHaveBeenCalledWith('run', expect.objectContaining({ id: 'a', status: 'finished' }));
});

it('leaves a run as it is that is going on, or has more to make', async () => {
  active.add('a');
  runWith('paused', 'pending');
  await commands().omitStage(last);
  expect([record.state.status, evaluation()]).toEqual(['paused', 'omitted']);
  active.clear();
  runWith('cancelled', 'pending');
  record.state.stages[1]!.status = 'pending';
  await commands().omitStage(last);
  expect([record.state.status, evaluation()]).toEqual(['cancelled', 'omitted']);
});

it('is taken back: the stage waits, and a finished run can be continued', async () => {
  runWith('finished', 'omitted');
  await commands().includeStage(last);
  const stored = await getRun(database, 'a');
  expect([stored?.state.status, stored?.state.stages.at(-1)?.status]).toEqual(['interrupted', 'pending']);
  runWith('cancelled', 'omitted');
  await commands().includeStage(last);
  expect([record.state.status, evaluation()]).toEqual(['cancelled', 'pending']);
  await expect(commands().includeStage(last)).rejects.toThrow('part of the run already');
});

it('is refused for stages that others are made from, and for evaluations that have begun or are made', async () => {
  runWith('cancelled', 'pending');
  await expect(commands().omitStage({ ...last, stageId: 'round1.train' })).rejects.toThrow('Only an evaluation');
  await expect(commands().omitStage({ ...last, stageId: 'round9.evaluate' })).rejects.toThrow('no stage round9');
  const refusals = { running: 'has begun', done: 'made already', skipped: 'made already', omitted: 'left out already' };
  for (const [status, message] of Object.entries(refusals)) {
    active.add('a');
    runWith('running', status as StageStatus);
    await expect(commands().omitStage(last)).rejects.toThrow(message);
    expect(evaluation()).toBe(status);
  }
});

it('is refused for a run that another window works on', async () => {
  runWith('running', 'pending');
  await expect(commands().omitStage(last)).rejects.toThrow('another window');
  expect(evaluation()).toBe('pending');
});

it('counts in the run that is going on, whose runner asks before each stage', async () => {
  active.add('a');
  runWith('running', 'pending');
  const { isOmitted } = createRunRecorder(record, database, { broadcast }).hooks;
  expect(isOmitted('round1.evaluate')).toBe(false);
  await commands().omitStage(last);
  expect([isOmitted('round1.evaluate'), isOmitted('round1.train')]).toEqual([true, false]);
  await commands().includeStage(last);
  expect(isOmitted('round1.evaluate')).toBe(false);
});

it('an evaluation that is made late does not take the place of a later round’s, here and after a restart', async () => {
  const two = { ...recipe, rounds: 2 };
  record = runRecord('a', { recipe: two, stages: stagesOf(two).map(pendingStage), status: 'finished' });
  const { onArtifact } = createRunRecorder(record, database, { broadcast }).hooks;
  const store = databaseArtifacts(database);
  const make = async (round: number): Promise<unknown> => {
    const file = new TextEncoder().encode(JSON.stringify({ round }));
    const made = artifact(`round ${round}`, { kind: 'evaluate', files: { 'evaluation_results.json': file } });
    await store.put(made);
    await onArtifact({ id: `round${round}.evaluate`, kind: 'evaluate', round }, made, false);
    const output = await readOutput(record, store, 'evaluation_results.json', () => Promise.resolve([]));
    return [record.state.evaluation, JSON.parse(new TextDecoder().decode(output))];
  };
  expect(await make(1)).toEqual([{ round: 1 }, { round: 1 }]);
  expect(await make(2)).toEqual([{ round: 2 }, { round: 2 }]);
  expect(await make(1)).toEqual([{ round: 2 }, { round: 2 }]);
  expect((await loadRuns(database, false)).runs[0]?.state.evaluation).toEqual({ round: 2 });
});
