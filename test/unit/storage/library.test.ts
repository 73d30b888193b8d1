import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/protocol/errors';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import {
  deleteLibraryItem,
  getDataset,
  getModel,
  listLibrary,
  putDataset,
  putModel,
} from '../../../src/storage/library';
import type { DatasetRecord, ModelRecord } from '../../../src/storage/records';

let database: StudioDatabase;
let count = 0;
beforeEach(async () => {
  database = await openStudioDatabase(`library ${count++}`);
});

const model = (id: string, name: string): ModelRecord => ({
  id,
  name,
  summary: {
    id,
    name,
    architecture: 'llama',
    parameters: 10,
    bytes: 4,
    weightsDtype: 'F32',
    vocabSize: 3,
    contextLength: 8,
    hasChatTemplate: false,
  },
  files: [{ path: 'config.json', blob: new Blob(['{}']) }],
});

const dataset: DatasetRecord = {
  id: 'd',
  name: 'pairs',
  summary: { id: 'd', name: 'pairs', pairs: 1, badLines: [], badLineCount: 0, dropped: {}, examples: [] },
  pairs: [{ id: 'p', prompt: [{ role: 'user', content: 'hi' }], chosen: 'a', rejected: 'b' }],
};

describe('the library', () => {
  it('gives files back with their content', async () => {
    await putModel(database, model('1', 'tiny'));
    expect(await (await getModel(database, '1')).files[0]?.blob.text()).toBe('{}');
  });

  it('lists by name and forgets what is deleted', async () => {
    await putModel(database, model('1', 'zebra'));
    await putModel(database, model('2', 'ant'));
    await putDataset(database, dataset);
    expect((await listLibrary(database)).models.map(({ name }) => name)).toEqual(['ant', 'zebra']);
    await deleteLibraryItem(database, 'model', '2');
    await deleteLibraryItem(database, 'dataset', 'd');
    const left = await listLibrary(database);
    expect([left.models.length, left.datasets.length]).toEqual([1, 0]);
    await expect(getDataset(database, 'd')).rejects.toThrow(/dataset d is no longer stored.*Import it again/);
  });

  it('refuses a record of a shape it does not know and says where', async () => {
    const bad = structuredClone(dataset);
    Object.assign(bad.pairs[0] ?? {}, { chosen: 5 });
    await database.put('datasets', bad);
    const reading = getDataset(database, 'd');
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(/pairs\.0\.chosen/);
  });
});

describe('a full storage', () => {
  it('says how much room is needed and what to delete, and keeps what was there', async () => {
    await putDataset(database, dataset);
    const full: StudioDatabase = new Proxy(database, {
      get: (target, name) =>
        name === 'put'
          ? () => Promise.reject(new DOMException('full', 'QuotaExceededError'))
          : Reflect.get(target, name),
    });
    const big = { ...dataset, pairs: [{ id: 'p', prompt: 'x'.repeat(1e6), chosen: 'a', rejected: 'b' }] };
    const writing = putDataset(full, big);
    await expect(writing).rejects.toThrow(InputError);
    await expect(writing).rejects.toThrow(/the dataset pairs needs 2\.0 MB.*Delete a run, model or dataset/);
    expect(await getDataset(database, 'd')).toEqual(dataset);
  });
});

describe('opening', () => {
  it('keeps the data over reopening and refuses a newer version with advice', async () => {
    const name = 'versions';
    const first = await openStudioDatabase(name);
    await putDataset(first, dataset);
    first.close();
    const again = await openStudioDatabase(name);
    expect(await getDataset(again, 'd')).toEqual(dataset);
    again.close();
    await new Promise((resolve) => {
      const request = indexedDB.open(name, 99);
      request.onsuccess = () => resolve(request.result.close());
    });
    await expect(openStudioDatabase(name)).rejects.toThrow(/newer version.*Reload/);
  });
});
