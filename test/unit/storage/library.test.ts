import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { InputError } from '../../../src/protocol/errors';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { deleteLibraryItem, getDataset, getModel, listLibrary, putModel } from '../../../src/storage/library';
import { createDatasetWriter } from '../../../src/storage/datasets';
import type { DatasetRecord, ModelRecord } from '../../../src/storage/records';
import { datasetSummary } from '../../support/stored-records';

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
    source: null,
  },
  files: [{ path: 'config.json', blob: new Blob(['{}']) }],
  cacheKey: null,
});

/** As versions before chunks stored it. */
const dataset: DatasetRecord = {
  id: 'd',
  name: 'pairs',
  summary: datasetSummary('d', { name: 'pairs', pairs: 1 }),
  chunks: null,
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
    await database.put('datasets', dataset);
    expect((await listLibrary(database)).models.map(({ name }) => name)).toEqual(['ant', 'zebra']);
    await deleteLibraryItem(database, 'model', '2');
    await deleteLibraryItem(database, 'dataset', 'd');
    const left = await listLibrary(database);
    expect([left.models.length, left.datasets.length]).toEqual([1, 0]);
    await expect(getDataset(database, 'd')).rejects.toThrow(/dataset d is no longer stored.*Import it again/);
  });

  it('refuses a record of a shape it does not know and says where', async () => {
    const bad = structuredClone(dataset);
    Object.assign(bad.pairs?.[0] ?? {}, { chosen: 5 });
    await database.put('datasets', bad);
    const reading = getDataset(database, 'd');
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(/pairs\.0\.chosen/);
  });
});

describe('a full storage', () => {
  it('says how much room is needed and what to delete, and keeps what was there', async () => {
    await database.put('datasets', dataset);
    const writer = await createDatasetWriter(database, 'pairs');
    const full = new DOMException('full', 'QuotaExceededError');
    const transaction = vi.spyOn(database, 'transaction').mockImplementation(() => {
      throw full;
    });
    const big = { id: 'p', prompt: 'x'.repeat(1e6), chosen: 'a', rejected: 'b' };
    const writing = writer.write([big], [{ id: 'p', prompt: 'k', heldOut: false }]);
    await expect(writing).rejects.toThrow(InputError);
    await expect(writing).rejects.toThrow(
      /the dataset pairs, as far as it was read, needs 1\.0 MB.*Delete a run, model or dataset/,
    );
    transaction.mockRestore();
    expect(await getDataset(database, 'd')).toEqual(dataset);
  });
});

describe('opening', () => {
  it('keeps the data over reopening and refuses a newer version with advice', async () => {
    const name = 'versions';
    const first = await openStudioDatabase(name);
    await first.put('datasets', dataset);
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
