/**
 * Items of the library as files to take elsewhere: models and adapters as a zip of the files they came as, data as JSON lines. Some
 * hundred items, or a piece of a file, are held at a time.
 */
import { datasetLine } from '../src/data/dataset-line';
import type { DataCommands } from '../src/protocol/studio';
import type { StudioDatabase } from '../src/storage/database';
import { getDataset, getImportedAdapter, getModel } from '../src/storage/library';
import type { ModelCache } from '../src/storage/model-cache';
import { datasetSource } from './run-sources';
import { zipFiles } from './zip-files';

type Export = DataCommands['exportItem'];

const BATCH = 500;

/** @throws InputError when the item is gone, or too large for an archive */
export async function exportItem(
  database: StudioDatabase,
  { kind, id }: Export[0],
  cache: Pick<ModelCache, 'files'>,
): Promise<Export[1]> {
  if (kind === 'dataset') return exportDataset(database, id);
  const { files } = kind === 'model' ? await getModel(database, id, cache) : await getImportedAdapter(database, id);
  const entries = files.map(({ path, blob }) => ({ path, content: () => Promise.resolve(blob) }));
  return { file: await zipFiles(entries), extension: 'zip' };
}

/** One file; two in a zip where the data came with held-out files, named so that an import holds the same ones out. */
async function exportDataset(database: StudioDatabase, id: string): Promise<Export[1]> {
  const source = datasetSource(database, await getDataset(database, id));
  const keys = await source.keys();
  const positions = (heldOut: boolean) => keys.flatMap((key, i) => (key.heldOut === heldOut ? [i] : []));
  const [train, held] = [positions(false), positions(true)];
  const lines = async (wanted: readonly number[]): Promise<Blob> => {
    const parts: Blob[] = [];
    for (let start = 0; start < wanted.length; start += BATCH) {
      const batch: string[] = [];
      await source.read(wanted.slice(start, start + BATCH), (item, index) => (batch[index] = datasetLine(item)));
      parts.push(new Blob(batch));
    }
    return new Blob(parts, { type: 'application/jsonl' });
  };
  if (held.length === 0 || train.length === 0) return { file: await lines(keys.map((_, i) => i)), extension: 'jsonl' };
  const entries = [
    { path: 'train.jsonl', content: () => lines(train) },
    { path: 'test.jsonl', content: () => lines(held) },
  ];
  return { file: await zipFiles(entries), extension: 'zip' };
}
