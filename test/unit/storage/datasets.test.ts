import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryDataset, readItems } from '../../../src/data/dataset-source';
import type { SplitKey } from '../../../src/protocol/dataset';
import type { PreferencePair } from '../../../src/protocol/preference';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { createDatasetWriter, deleteDataset, readDatasetKeys } from '../../../src/storage/datasets';
import { getDataset, listLibrary } from '../../../src/storage/library';
import { datasetSource } from '../../../workers/run-sources';
import { datasetSummary } from '../../support/stored-records';

let database: StudioDatabase;
let count = 0;
beforeEach(async () => {
  database = await openStudioDatabase(`datasets ${count++}`);
});

const pair = (i: number): PreferencePair => ({ id: `id${i}`, prompt: `q${i}`, chosen: `a${i}`, rejected: `b${i}` });
const keyOf = ({ id }: PreferencePair): SplitKey => ({ id, prompt: `p${id}`, heldOut: false });
const pairs = Array.from({ length: 25 }, (_, i) => pair(i));

async function store(id: string, chunkSizes = [10, 3, 12]): Promise<void> {
  const writer = await createDatasetWriter(database, id);
  let start = 0;
  for (const size of chunkSizes) {
    const chunk = pairs.slice(start, start + size);
    await writer.write(chunk, chunk.map(keyOf));
    start += size;
  }
  await writer.finish({ id, name: id, summary: datasetSummary(id, { pairs: start }) });
}

const chunks = () => Promise.all([database.count('datasetItems'), database.count('datasetKeys')]);

describe('items in chunks', () => {
  it('know their bytes: one a character for Latin text, two for others', async () => {
    const writer = await createDatasetWriter(database, 'd');
    await writer.write([{ id: 'ab', prompt: 'é', chosen: 'yes', rejected: 'да' }], []);
    expect(writer.bytes()).toBe(2 + 1 + 3 + 4);
    await writer.write([{ id: 'ab', prompt: [{ role: 'user', content: 'hey' }], response: '' }], []);
    expect(writer.bytes()).toBe(15);
  });

  it('come back by their positions, in any order, from the chunks that hold them', async () => {
    await store('d');
    const record = await getDataset(database, 'd');
    expect(await readDatasetKeys(database, record)).toEqual(pairs.map(keyOf));
    const source = datasetSource(database, record);
    expect(await readItems(source, [24, 0, 12, 13, 9, 10])).toEqual([24, 0, 12, 13, 9, 10].map(pair));
    for (const chunk of [1, 2]) await database.delete('datasetItems', [record.chunks?.key ?? '', chunk]);
    expect(await readItems(source, [2, 1])).toEqual([pair(2), pair(1)]);
  });

  it('go with their dataset, and with an import that is given up', async () => {
    await store('d');
    const writer = await createDatasetWriter(database, 'e');
    await writer.write(pairs, pairs.map(keyOf));
    expect(await chunks()).toEqual([4, 4]);
    await writer.discard();
    expect(await chunks()).toEqual([3, 3]);
    await deleteDataset(database, 'd');
    expect(await chunks()).toEqual([0, 0]);
    expect((await listLibrary(database)).datasets).toEqual([]);
  });

  it('of the same content are kept once, and replaced where they are no longer whole', async () => {
    await store('d');
    const first = (await getDataset(database, 'd')).chunks;
    await store('d');
    expect((await getDataset(database, 'd')).chunks).toEqual(first);
    expect(await chunks()).toEqual([3, 3]);
    await database.delete('datasetItems', [first?.key ?? '', 1]);
    const source = async () => datasetSource(database, await getDataset(database, 'd'));
    await expect(readItems(await source(), [11])).rejects.toThrow(/dataset d is no longer whole.*import it again/);
    await store('d');
    expect(await readItems(await source(), [11])).toEqual([pair(11)]);
    expect(await chunks()).toEqual([3, 3]);
  });

  it('of an import that died a day ago are swept away, those of one under way are not', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await store('d');
    await (await createDatasetWriter(database, 'died')).write(pairs, pairs.map(keyOf));
    vi.setSystemTime(Date.now() + 25 * 60 * 60 * 1000);
    await (await createDatasetWriter(database, 'under way')).write(pairs, pairs.map(keyOf));
    await createDatasetWriter(database, 'new');
    vi.useRealTimers();
    expect(await chunks()).toEqual([4, 4]);
  });
});

describe('datasets of versions before chunks', () => {
  it('are read as they are after the migration', async () => {
    const name = `old datasets ${count}`;
    await new Promise<void>((resolve, reject) => {
      const opening = indexedDB.open(name, 3);
      opening.onerror = () => reject(opening.error ?? new Error('not opened'));
      opening.onupgradeneeded = () => {
        const old = opening.result;
        for (const store of ['models', 'datasets', 'importedAdapters']) old.createObjectStore(store, { keyPath: 'id' });
        const { kind: _kind, columns: _columns, report: _report, ...summary } = datasetSummary('d', { pairs: 2 });
        old.createObjectStore('runs', { keyPath: 'state.id' });
        opening.transaction?.objectStore('datasets').put({ id: 'd', name: 'd', summary, pairs: pairs.slice(0, 2) });
      };
      opening.onsuccess = () => resolve(opening.result.close());
    });
    const migrated = await openStudioDatabase(name);
    expect((await listLibrary(migrated)).datasets).toEqual([datasetSummary('d', { pairs: 2 })]);
    const source = datasetSource(migrated, await getDataset(migrated, 'd'));
    expect(await source.keys()).toEqual(await memoryDataset('d', pairs.slice(0, 2)).keys());
    expect(await readItems(source, [1])).toEqual([pair(1)]);
  });
});
