/**
 * Models, datasets and imported adapters in the browser's storage. Parsing and checking of their content happens before; the
 * items of datasets are written and read in datasets.ts.
 */
import type { z } from 'zod';
import { InputError } from '../protocol/errors';
import type { DatasetSummary, ImportedAdapterSummary, ModelSummary, OutputFile } from '../protocol/library';
import type { StudioDatabase } from './database';
import { deleteDataset } from './datasets';
import { openModelCache, type ModelCache } from './model-cache';
import { writeWithQuota } from './quota';
import {
  datasetRecordSchema,
  fileList,
  importedAdapterRecordSchema,
  modelRecordSchema,
  type DatasetRecord,
  type ImportedAdapterRecord,
  type ModelRecord,
} from './records';

type LibraryStore = 'models' | 'datasets' | 'importedAdapters';

const nouns: Record<LibraryStore, string> = {
  models: 'model',
  datasets: 'dataset',
  importedAdapters: 'imported adapter',
};

/** Stores a model with its files; one with the same content replaces it. */
export async function putModel(database: StudioDatabase, record: ModelRecord): Promise<void> {
  await writeWithQuota(`the model ${record.name}`, blobBytes(record.files), () => database.put('models', record));
}

/** Stores an imported adapter. */
export async function putImportedAdapter(database: StudioDatabase, record: ImportedAdapterRecord): Promise<void> {
  const write = () => database.put('importedAdapters', record);
  await writeWithQuota(`the adapter ${record.name}`, blobBytes(record.files), write);
}

/** With its files, wherever they are. @throws InputError when it is not there or cannot be read */
export async function getModel(
  database: StudioDatabase,
  id: string,
  cache: Pick<ModelCache, 'files'> = openModelCache(),
): Promise<ModelRecord> {
  const record = await readItem(database, 'models', id, modelRecordSchema);
  return record.cacheKey === null ? record : { ...record, files: await cache.files(record.cacheKey) };
}

/** Which model is made of which downloaded files: its id by the key of the cache. */
export async function modelsByCacheKey(database: StudioDatabase): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const { store } = database.transaction('models');
  for (let cursor = await store.openCursor(); cursor; cursor = await cursor.continue()) {
    const parsed = modelRecordSchema.pick({ id: true, cacheKey: true }).safeParse(cursor.value);
    if (parsed.success && parsed.data.cacheKey !== null) found.set(parsed.data.cacheKey, parsed.data.id);
  }
  return found;
}

/** @throws InputError when it is not there or cannot be read */
export function getDataset(database: StudioDatabase, id: string): Promise<DatasetRecord> {
  return readItem(database, 'datasets', id, datasetRecordSchema);
}

/** @throws InputError when it is not there or cannot be read */
export function getImportedAdapter(database: StudioDatabase, id: string): Promise<ImportedAdapterRecord> {
  return readItem(database, 'importedAdapters', id, importedAdapterRecordSchema);
}

/** All summaries, by name, with the names and sizes of the files that are stored with them; `unreadable` counts records of a shape this version does not know, which stay where they are. */
export async function listLibrary(database: StudioDatabase): Promise<{
  models: ModelSummary[];
  datasets: DatasetSummary[];
  importedAdapters: ImportedAdapterSummary[];
  unreadable: number;
}> {
  const models = await readSummaries(database, 'models', modelRecordSchema.shape.summary);
  const datasets = await readSummaries(database, 'datasets', datasetRecordSchema.shape.summary);
  const adapters = await readSummaries(database, 'importedAdapters', importedAdapterRecordSchema.shape.summary);
  return {
    models: models.items,
    datasets: datasets.items,
    importedAdapters: adapters.items,
    unreadable: models.unreadable + datasets.unreadable + adapters.unreadable,
  };
}

/** Removes an item with its files. Runs that used it keep their results but cannot be continued. */
export async function deleteLibraryItem(
  database: StudioDatabase,
  kind: 'model' | 'dataset' | 'adapter',
  id: string,
  cache: Pick<ModelCache, 'remove'> = openModelCache(),
): Promise<void> {
  if (kind === 'dataset') return deleteDataset(database, id);
  if (kind === 'model') {
    const stored = modelRecordSchema.pick({ cacheKey: true }).safeParse(await database.get('models', id));
    if (stored.success && stored.data.cacheKey !== null) await cache.remove(stored.data.cacheKey);
  }
  await database.delete(kind === 'model' ? 'models' : 'importedAdapters', id);
}

async function readItem<T>(
  database: StudioDatabase,
  store: LibraryStore,
  id: string,
  schema: z.ZodType<T>,
): Promise<T> {
  const value: unknown = await database.get(store, id);
  if (value === undefined) {
    throw new InputError(
      `The ${nouns[store]} ${id.slice(0, 12)} is no longer stored in this browser. Import it again.`,
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError(
    `The stored ${nouns[store]} ${id.slice(0, 12)} cannot be read by this version of the studio (${firstIssue(parsed.error)}). Delete it and import it again.`,
  );
}

async function readSummaries<T extends { name: string }>(
  database: StudioDatabase,
  store: LibraryStore,
  schema: z.ZodType<T>,
): Promise<{ items: T[]; unreadable: number }> {
  const items: T[] = [];
  let unreadable = 0;
  for (let cursor = await database.transaction(store).store.openCursor(); cursor; cursor = await cursor.continue()) {
    const parsed = schema.safeParse(cursor.value.summary);
    if (parsed.success) items.push({ ...parsed.data, ...storedFiles(cursor.value) });
    else unreadable += 1;
  }
  return { items: items.sort((a, b) => a.name.localeCompare(b.name)), unreadable };
}

/** Nothing where there are none: data is kept in items, downloads in a cache of their own. */
function storedFiles(record: object): { files?: OutputFile[] } {
  const parsed = fileList.safeParse('files' in record ? record.files : undefined);
  if (!parsed.success || parsed.data.length === 0) return {};
  return { files: parsed.data.map(({ path, blob }) => ({ path, bytes: blob.size })) };
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown shape';
}

function blobBytes(files: readonly { blob: Blob }[]): number {
  return files.reduce((sum, file) => sum + file.blob.size, 0);
}
