/** Making a stage again: what is forgotten, what stays, and that a shared artifact stays with the other run. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, it } from 'vitest';
import { recipePresets } from '../../../src/protocol/recipe';
import { pendingStage, stagesOf } from '../../../src/rounds/stages';
import { databaseArtifacts } from '../../../src/storage/artifact-store';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import type { RunRecord } from '../../../src/storage/records';
import { appendHistory, getRun, putRun, readHistory } from '../../../src/storage/run-store';
import { dependentStages, forgetStages } from '../../../workers/forget-stages';
import { artifact, runRecord } from '../../support/stored-records';

const recipe = { ...recipePresets.smoke, rounds: 2 };
let database: StudioDatabase;
let count = 0;

function finishedRun(id: string): RunRecord {
  const specs = stagesOf(recipe);
  const stages = specs.map((spec) => ({ ...pendingStage(spec), status: 'done' as const }));
  const record = runRecord(id, { recipe, stages, status: 'finished', evaluation: { models: [] } });
  return {
    ...record,
    stages: Object.fromEntries(
      specs.map((spec) => [
        spec.id,
        { key: `${spec.id} key`, contentHash: 'h', inputs: {}, startedAt: 1, finishedAt: 2, seconds: 1 },
      ]),
    ),
    outputStages: { 'sft_model/a': 'sft', 'dpo_round2/a': 'round2.train' },
    state: {
      ...record.state,
      outputs: ['dpo_round2/a', 'run.json', 'sft_model/a'].map((path) => ({ path, bytes: 1 })),
    },
  };
}

beforeEach(async () => {
  database = await openStudioDatabase(`forget ${count++}`);
  for (const { id } of stagesOf(recipe)) await databaseArtifacts(database).put(artifact(`${id} key`));
});

it('takes the stage and all that are made from it, in order', () => {
  const run = finishedRun('a');
  expect(dependentStages(run, 'round2.train').map(({ id }) => id)).toEqual(['round2.train', 'round2.evaluate']);
  expect(dependentStages(run, 'round1.train').map(({ id }) => id)).toEqual([
    'round1.train',
    'round1.evaluate',
    ...['round2.generate', 'round2.score', 'round2.train', 'round2.evaluate'],
  ]);
  expect(dependentStages(run, 'sft')).toHaveLength(run.state.stages.length);
});

it('passes over an evaluation that is left out, and keeps it so', async () => {
  const run = finishedRun('a');
  const left = run.state.stages.find(({ id }) => id === 'round1.evaluate')!;
  left.status = 'omitted';
  delete run.stages[left.id];
  // The second evaluation has met round 1's model itself.
  expect(dependentStages(run, 'round1.train').map(({ id }) => id)).toEqual([
    ...['round1.train', 'round2.generate', 'round2.score', 'round2.train', 'round2.evaluate'],
  ]);
  await putRun(database, run);
  await forgetStages(database, run, 'sft');
  const statuses = (await getRun(database, 'a'))?.state.stages.filter(({ status }) => status !== 'pending');
  expect(statuses?.map(({ id, status }) => `${id} ${status}`)).toEqual(['round1.evaluate omitted']);
});

it('forgets their results, curves and outputs, and leaves the others', async () => {
  const run = finishedRun('a');
  await putRun(database, run);
  for (const stage of ['sft', 'round2.train'])
    await appendHistory(database, 'a', stage, [{ step: 1, values: { loss: 1 } }]);
  await forgetStages(database, run, 'round2.train');
  const stored = await getRun(database, 'a');
  expect(stored?.state.status).toBe('interrupted');
  expect(stored?.state.outputs.map(({ path }) => path)).toEqual(['run.json', 'sft_model/a']);
  const pending = stored?.state.stages.filter(({ status }) => status === 'pending').map(({ id }) => id);
  expect(pending).toEqual(['round2.train', 'round2.evaluate']);
  expect(await readHistory(database, 'a', 'round2.train')).toEqual([]);
  expect(await readHistory(database, 'a', 'sft')).toHaveLength(1);
  expect(await databaseArtifacts(database).get('round2.train key')).toBeFalsy();
  expect(await databaseArtifacts(database).get('sft key')).toBeTruthy();
});

it('leaves an artifact that another run uses', async () => {
  const [run, other] = [finishedRun('a'), finishedRun('b')];
  for (const record of [run, other]) await putRun(database, record);
  await forgetStages(database, run, 'round2.train');
  expect(await databaseArtifacts(database).get('round2.train key')).toBeTruthy();
});

it('a result that is deleted is not asked for again, and waits for a review like others once it is', async () => {
  const run = finishedRun('a');
  run.passed = ['sft', 'round2.train'];
  await putRun(database, run);
  await forgetStages(database, run, 'round2.train', 'deleted');
  expect(run.state).toMatchObject({ status: 'interrupted', interruptedBy: 'deleted' });
  expect(run.passed).toEqual(['sft']);
  expect(await databaseArtifacts(database).get('round2.train key')).toBeFalsy();
});

it('refuses a stage that has not finished', async () => {
  const run = finishedRun('a');
  run.state.stages[0]!.status = 'pending';
  await expect(forgetStages(database, run, 'sft')).rejects.toThrow('has finished');
});
