/** Results of a finished run that are deleted or made again: here, and not beside a run of another worker. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, it } from 'vitest';
import type { RunState } from '../../../src/protocol/run-state';
import { recipePresets } from '../../../src/protocol/recipe';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { listRuns, putRun } from '../../../src/storage/run-store';
import { createTrainingService } from '../../../workers/training-service';
import { runRecord, stageState } from '../../support/stored-records';
import { attachPage, fakeBackend } from '../../support/training-page';

const never = new Promise<never>(() => {});
let database: StudioDatabase;
let begun: number;
let elsewhere: boolean;
let count = 0;

beforeEach(async () => {
  database = await openStudioDatabase(`delete result ${count++}`);
  [begun, elsewhere] = [0, false];
  const stages = [stageState('sft', { status: 'done' }), stageState('reward', { status: 'done' })];
  await putRun(
    database,
    runRecord('done', { status: 'finished', stages, recipe: { ...recipePresets.smoke, rounds: 0 } }),
  );
});

const attach = async () =>
  attachPage(
    await createTrainingService({
      database,
      devices: { get: () => Promise.resolve({ backend: fakeBackend, lost: never }) },
      workerKind: 'shared',
      takeLock: () => Promise.resolve(() => {}),
      isTrainingElsewhere: () => Promise.resolve(elsewhere),
      run: () => Promise.resolve(begun++).then(() => null),
    }),
  );
const stored = async (): Promise<RunState | undefined> => (await listRuns(database)).runs[0]?.state;
const statuses = async () => (await stored())?.stages.map(({ status }) => status);

it('goes without the run going on', async () => {
  const page = await attach();
  await page.send('deleteResult', { runId: 'done', stageId: 'reward' });
  expect(await statuses()).toEqual(['done', 'pending']);
  expect([begun, (await stored())?.interruptedBy]).toEqual([0, 'deleted']);
  page.close();
});

it('stays beside a run of another worker, where it could not be made again', async () => {
  elsewhere = true;
  const page = await attach();
  for (const command of ['redoStage', 'deleteResult'] as const)
    await expect(page.send(command, { runId: 'done', stageId: 'sft' })).rejects.toMatchObject({
      shape: { message: expect.stringContaining('A run is going on') },
    });
  expect(await statuses()).toEqual(['done', 'done']);
  page.close();
});
