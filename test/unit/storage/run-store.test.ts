import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseArtifacts } from '../../../src/storage/artifact-store';
import { databaseCheckpoints } from '../../../src/storage/checkpoint-store';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import {
  appendHistory,
  cutHistory,
  deleteRun,
  getRun,
  listRuns,
  putRun,
  readHistory,
} from '../../../src/storage/run-store';
import { artifact, checkpoint, runRecord, stageState } from '../../support/stored-records';

let database: StudioDatabase;
let count = 0;
beforeEach(async () => {
  database = await openStudioDatabase(`runs ${count++}`);
});

const points = (...steps: number[]) => steps.map((step) => ({ step, values: { loss: 1 / step } }));
const stageRecord = (key: string) => ({ key, contentHash: 'c', inputs: {}, startedAt: 1, finishedAt: 2, seconds: 1 });

describe('runs', () => {
  it('come back with the histories that were appended, not with those in the record', async () => {
    const record = runRecord('r', { stages: [stageState('sft', { history: points(9) })], evaluation: { big: true } });
    await putRun(database, record);
    await appendHistory(database, 'r', 'sft', points(1, 2));
    await appendHistory(database, 'r', 'sft', points(3));
    const [read] = (await listRuns(database)).runs;
    expect(read?.state.stages[0]?.history).toEqual(points(1, 2, 3));
    expect(read?.state.evaluation).toBeNull();
    expect(record.state.stages[0]?.history).toEqual(points(9));
  });

  it('of versions before holds wait for nobody', async () => {
    const { passed: _, ...record } = runRecord('r', { status: 'paused' });
    const { holds: __, held: ___, ...state } = record.state;
    await database.put('runs', Object({ ...record, state }));
    const read = await getRun(database, 'r');
    expect(read?.state).toMatchObject({ holds: { review: { sft: false, dpo: false }, stopAfter: [] }, held: null });
    expect(read?.passed).toEqual([]);
  });

  it('are listed by age and counted when unreadable', async () => {
    await putRun(database, runRecord('b', { createdAt: 2 }));
    await putRun(database, runRecord('a', { createdAt: 3 }));
    const bad = runRecord('z');
    Object.assign(bad.state, { recipe: { rounds: 'many' } });
    await database.put('runs', bad);
    const { runs, unreadable } = await listRuns(database);
    expect(runs.map((run) => run.state.id)).toEqual(['b', 'a']);
    expect(unreadable).toBe(1);
    expect(await getRun(database, 'z')).toBeNull();
  });

  it('keep one point a step: the newer replaces the older', async () => {
    await appendHistory(database, 'r', 'sft', points(1, 2, 3));
    await appendHistory(database, 'r', 'sft', [{ step: 2, values: { loss: 7 } }]);
    expect((await readHistory(database, 'r', 'sft')).map((p) => p.values.loss)).toEqual([1, 7, 1 / 3]);
  });

  it('have their curve cut after a step', async () => {
    await appendHistory(database, 'r', 'sft', points(1, 2, 3));
    await appendHistory(database, 'r', 'sft2', points(3));
    await cutHistory(database, 'r', 'sft', 1);
    expect(await readHistory(database, 'r', 'sft')).toEqual(points(1));
    expect(await readHistory(database, 'r', 'sft2')).toEqual(points(3));
  });
});

describe('deleting a run', () => {
  it('removes what only it used and leaves the rest', async () => {
    const store = databaseArtifacts(database);
    for (const key of ['shared', 'own']) await store.put(artifact(key));
    const gone = { ...runRecord('gone'), stages: { sft: stageRecord('shared'), reward: stageRecord('own') } };
    await putRun(database, gone);
    await putRun(database, { ...runRecord('kept'), stages: { sft: stageRecord('shared') } });
    for (const id of ['gone', 'kept']) {
      await appendHistory(database, id, 'sft', points(1));
      await databaseCheckpoints(database, id).write('sft', 1, checkpoint('k', 1));
    }
    await deleteRun(database, 'gone');
    expect((await listRuns(database)).runs.map((run) => run.state.id)).toEqual(['kept']);
    expect(await store.get('own')).toBeNull();
    expect(await store.get('shared')).toEqual(artifact('shared'));
    expect(await readHistory(database, 'gone', 'sft')).toEqual([]);
    expect(await readHistory(database, 'kept', 'sft')).toEqual(points(1));
    expect(await databaseCheckpoints(database, 'gone').read('sft', 1)).toBeUndefined();
    expect(await databaseCheckpoints(database, 'kept').read('sft', 1)).toBeDefined();
  });
});
