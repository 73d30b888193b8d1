/**
 * The items of datasets in chunks of some hundred, so that importing and reading hold few of them at once. An import writes
 * its chunks under a key of its own and becomes a dataset only with its last write; until then it can be discarded, and what
 * a killed import left behind is swept away by a later one.
 */
import type { DatasetItem, SplitKey } from '../protocol/dataset';
import { InputError } from '../protocol/errors';
import type { StudioDatabase } from './database';
import { writeWithQuota } from './quota';
import { datasetItemsSchema, datasetKeysSchema, type DatasetRecord } from './records';

/** An import that has no dataset after this time has died. */
const DEAD_AFTER_MS = 24 * 60 * 60 * 1000;

export interface DatasetWriter {
  write(items: DatasetItem[], keys: SplitKey[]): Promise<void>;
  /** Of the texts that were written so far. */
  bytes(): number;
  /** Makes a dataset of what was written. One with the same content keeps its chunks, which somebody may be reading. */
  finish(record: Pick<DatasetRecord, 'id' | 'name' | 'summary'>): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/** Begins an import. @param name for the message when the storage is full */
export async function createDatasetWriter(database: StudioDatabase, name: string): Promise<DatasetWriter> {
  await sweep(database);
  const key = `${Date.now()}-${crypto.randomUUID()}`;
  const what = `the dataset ${name}, as far as it was read,`;
  let count = 0;
  let bytes = 0;
  return {
    write: async (items, keys) => {
      const chunk = count++;
      bytes += items.reduce((sum, item) => sum + itemBytes(item), 0);
      await writeWithQuota(what, bytes, async () => {
        const transaction = database.transaction(['datasetItems', 'datasetKeys'], 'readwrite');
        await Promise.all([
          transaction.objectStore('datasetItems').put({ key, chunk, items }),
          transaction.objectStore('datasetKeys').put({ key, chunk, keys }),
          transaction.done,
        ]);
      });
    },
    bytes: () => bytes,
    finish: async (record) => {
      const earlier = (await database.get('datasets', record.id))?.chunks;
      const chunks = earlier && (await areWhole(database, earlier)) ? earlier : { key, count };
      await writeWithQuota(what, bytes, () => database.put('datasets', { ...record, chunks }));
      const unused = chunks === earlier ? key : earlier?.key;
      if (unused !== undefined) await deleteChunks(database, unused);
    },
    discard: () => deleteChunks(database, key),
  };
}

/** The keys of all items, in their order. @throws InputError when they are no longer whole */
export async function readDatasetKeys(database: StudioDatabase, record: DatasetRecord): Promise<SplitKey[]> {
  const { key, count } = chunksOf(record);
  const all: SplitKey[] = [];
  for (let chunk = 0; chunk < count; chunk++) {
    const stored = datasetKeysSchema.safeParse(await database.get('datasetKeys', [key, chunk]));
    if (!stored.success) throw incomplete(record);
    for (const own of stored.data.keys) all.push(own);
  }
  return all;
}

/**
 * Reads the items at `positions`, chunk by chunk; `visit` gets each with its index in `positions`, in any order.
 * @throws InputError when they are no longer whole
 */
export async function readDatasetItems(
  database: StudioDatabase,
  record: DatasetRecord,
  positions: readonly number[],
  visit: (item: DatasetItem, index: number) => void,
): Promise<void> {
  const { key, count } = chunksOf(record);
  const order = positions.map((_, index) => index).sort((a, b) => (positions[a] ?? 0) - (positions[b] ?? 0));
  let next = 0;
  let start = 0;
  for (let chunk = 0; chunk < count && next < order.length; chunk++) {
    const length = await chunkLength(database, key, chunk);
    const end = start + length;
    if (positions[order[next] ?? 0]! < end) {
      const stored = datasetItemsSchema.safeParse(await database.get('datasetItems', [key, chunk]));
      if (!stored.success || stored.data.items.length !== length) throw incomplete(record);
      for (; next < order.length && positions[order[next]!]! < end; next++) {
        visit(stored.data.items[positions[order[next]!]! - start]!, order[next]!);
      }
    }
    start = end;
  }
  if (next < order.length) throw incomplete(record);
}

/** Items by chunk, of the dataset that was read last: chunks never change, and whoever scrolls through reads them often. */
let lengths: { key: string; ofChunk: Map<number, number> } | null = null;

async function chunkLength(database: StudioDatabase, key: string, chunk: number): Promise<number> {
  if (lengths?.key !== key) lengths = { key, ofChunk: new Map() };
  const { ofChunk } = lengths;
  const length = ofChunk.get(chunk) ?? (await database.get('datasetKeys', [key, chunk]))?.keys.length ?? 0;
  // An empty answer may be an import that has not got so far.
  if (length > 0) ofChunk.set(chunk, length);
  return length;
}

/** Removes a dataset with its items. */
export async function deleteDataset(database: StudioDatabase, id: string): Promise<void> {
  const record = await database.get('datasets', id);
  await database.delete('datasets', id);
  if (record?.chunks) await deleteChunks(database, record.chunks.key);
}

function chunksOf(record: DatasetRecord): { key: string; count: number } {
  if (record.chunks === null) throw new Error('internal: the pairs of this dataset are in its record');
  return record.chunks;
}

function incomplete({ name }: DatasetRecord): InputError {
  return new InputError(
    `The dataset ${name} is no longer whole in this browser's storage. Delete it and import it again.`,
  );
}

/** All chunks of a key; an empty list sorts behind every number. */
const chunkRange = (key: string) => IDBKeyRange.bound([key, 0], [key, []]);

async function areWhole(database: StudioDatabase, { key, count }: { key: string; count: number }): Promise<boolean> {
  const stored = [
    await database.count('datasetItems', chunkRange(key)),
    await database.count('datasetKeys', chunkRange(key)),
  ];
  return stored.every((found) => found === count);
}

async function deleteChunks(database: StudioDatabase, key: string): Promise<void> {
  const transaction = database.transaction(['datasetItems', 'datasetKeys'], 'readwrite');
  await Promise.all([
    transaction.objectStore('datasetItems').delete(chunkRange(key)),
    transaction.objectStore('datasetKeys').delete(chunkRange(key)),
    transaction.done,
  ]);
}

/** Removes chunks of imports that died long ago. */
async function sweep(database: StudioDatabase): Promise<void> {
  const used = new Set<string>();
  for (
    let cursor = await database.transaction('datasets').store.openCursor();
    cursor;
    cursor = await cursor.continue()
  ) {
    if (cursor.value.chunks) used.add(cursor.value.chunks.key);
  }
  const dead: string[] = [];
  let cursor = await database.transaction('datasetKeys').store.openKeyCursor();
  while (cursor) {
    const [key] = cursor.primaryKey;
    if (!used.has(key) && Date.now() - Number.parseInt(key, 10) > DEAD_AFTER_MS) dead.push(key);
    cursor = await cursor.continue([key, Infinity]);
  }
  for (const key of dead) await deleteChunks(database, key);
}

function itemBytes(item: DatasetItem): number {
  const responses = 'response' in item ? [item.response] : [item.chosen, item.rejected];
  const { prompt } = item;
  const prompts = typeof prompt === 'string' ? [prompt] : prompt.map(({ content }) => content);
  return [item.id, ...prompts, ...responses].reduce((sum, text) => sum + stringBytes(text), 0);
}

/** Strings are kept with one byte a character where all are of Latin-1, else with two. */
const stringBytes = (text: string): number => (/[\u0100-\uffff]/.test(text) ? 2 : 1) * text.length;
