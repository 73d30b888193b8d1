/** Imports datasets in the data worker, one at a time: files to stored chunks, with progress and cancelling. */
import { importDataset } from '../src/data/import/import-dataset';
import type { ColumnMapping } from '../src/protocol/dataset';
import { CancelledError, InputError } from '../src/protocol/errors';
import type { DatasetSummary, NamedFile } from '../src/protocol/studio';
import type { StudioDatabase } from '../src/storage/database';
import { createDatasetWriter } from '../src/storage/datasets';
import type { EmitDataEvent } from './data-commands';

/** Milliseconds between two reports of progress. */
const REPORT_EVERY = 100;

interface ImportArgument {
  name: string;
  files: NamedFile[];
  mapping?: ColumnMapping | null;
}

export interface DatasetImporter {
  run(argument: ImportArgument): Promise<DatasetSummary>;
  cancel(): null;
}

export function createDatasetImporter(database: Promise<StudioDatabase>, emit: EmitDataEvent): DatasetImporter {
  let current: AbortController | null = null;
  return {
    run: async (argument) => {
      if (current !== null) throw new InputError('Another import is under way. Wait for it, or cancel it.');
      current = new AbortController();
      try {
        return await importInto(await database, argument, current.signal, progressOf(argument, emit));
      } finally {
        current = null;
      }
    },
    cancel: () => {
      current?.abort(new CancelledError('The import was cancelled; nothing of it was kept.'));
      return null;
    },
  };
}

/** Writes as it reads; whatever ends the import early, nothing of it stays. */
async function importInto(
  database: StudioDatabase,
  { name, files, mapping }: ImportArgument,
  signal: AbortSignal,
  onProgress: (bytesDone: number, records: number) => void,
): Promise<DatasetSummary> {
  const writer = await createDatasetWriter(database, name);
  try {
    const options = { mapping: mapping ?? null, signal, onProgress };
    const { items, mapping: columns, ...found } = await importDataset(files, writer.write, options);
    const summary: DatasetSummary = { ...found, name, pairs: items, columns };
    await writer.finish({ id: summary.id, name, summary });
    return summary;
  } catch (error) {
    await writer.discard().catch(() => {});
    throw error;
  }
}

function progressOf({ name, files }: ImportArgument, emit: EmitDataEvent) {
  const bytesTotal = files.reduce((sum, { file }) => sum + file.size, 0);
  let last = -Infinity;
  return (bytesDone: number, records: number) => {
    if (performance.now() - last < REPORT_EVERY && bytesDone < bytesTotal) return;
    last = performance.now();
    emit('importProgress', { name, bytesDone, bytesTotal, records });
  };
}
