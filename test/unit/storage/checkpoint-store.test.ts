/** The two slots of a stage in IndexedDB (in memory here), and what happens when the storage is full. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, it, vi } from 'vitest';
import { databaseCheckpoints, listCheckpoints } from '../../../src/storage/checkpoint-store';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { checkpointSchema } from '../../../src/storage/records';
import { checkpoint } from '../../support/stored-records';

let database: StudioDatabase;
let count = 0;
beforeEach(async () => {
  database = await openStudioDatabase(`checkpoints ${count++}`);
});

it('come back bit for bit from their own slot, stage and run', async () => {
  const store = databaseCheckpoints(database, 'r');
  await store.write('sft', 0, checkpoint('k', 1));
  await store.write('sft', 1, checkpoint('k', 2));
  expect(checkpointSchema.parse(await store.read('sft', 0))).toEqual(checkpoint('k', 1));
  expect(checkpointSchema.parse(await store.read('sft', 1))).toEqual(checkpoint('k', 2));
  expect(await store.read('reward', 0)).toBeUndefined();
  expect(await databaseCheckpoints(database, 'other').read('sft', 0)).toBeUndefined();
});

it('are cleared a stage at a time', async () => {
  const store = databaseCheckpoints(database, 'r');
  for (const stage of ['sft', 'sft2']) await store.write(stage, 1, checkpoint('k', 1));
  await store.clear('sft');
  expect(await store.read('sft', 1)).toBeUndefined();
  expect(await store.read('sft2', 1)).toBeDefined();
});

it('are listed by run and stage with the progress of the newest and the bytes of both slots', async () => {
  const store = databaseCheckpoints(database, 'r');
  await store.write('sft', 0, { ...checkpoint('k', 2), done: 30 });
  await store.write('sft', 1, checkpoint('k', 1));
  await databaseCheckpoints(database, 'other').write('reward', 0, { ...checkpoint('k', 1), parts: {} });
  const broken = { ...checkpoint('k', 1), runId: 'r', stage: 'train', slot: 0, done: -1 };
  await database.put('checkpoints', broken);
  expect(await listCheckpoints(database)).toEqual([
    { runId: 'other', stage: 'reward', done: 20, bytes: 8 },
    { runId: 'r', stage: 'sft', done: 30, bytes: 24 },
    { runId: 'r', stage: 'train', done: null, bytes: 0 },
  ]);
});

it('leave the slot as it was when the storage is full, and say what to do', async () => {
  const store = databaseCheckpoints(database, 'r');
  await store.write('sft', 0, checkpoint('k', 1));
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  await expect(store.write('sft', 0, checkpoint('k', 3))).rejects.toThrow(
    /storage is full: a checkpoint of stage sft needs 0.1 MB.*Delete a run/,
  );
  put.mockRestore();
  expect(await store.read('sft', 0)).toMatchObject({ sequence: 1 });
});

it('of the first version of the database are dropped, the runs kept', async () => {
  const name = `old ${count}`;
  await new Promise<void>((resolve) => {
    const request = indexedDB.open(name, 1);
    request.addEventListener('upgradeneeded', () => {
      for (const store of ['models', 'datasets', 'importedAdapters', 'histories', 'artifacts'])
        request.result.createObjectStore(store);
      request.result.createObjectStore('checkpoints', { keyPath: ['runId', 'stage'] });
      request.result.createObjectStore('runs', { keyPath: 'state.id' }).put({ state: { id: 'r' } });
    });
    request.addEventListener('success', () => {
      request.result.close();
      resolve();
    });
  });
  const opened = await openStudioDatabase(name);
  expect(await opened.count('runs')).toBe(1);
  await databaseCheckpoints(opened, 'r').write('sft', 0, checkpoint('k', 1));
  expect(await opened.count('checkpoints')).toBe(1);
});
