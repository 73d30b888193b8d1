/**
 * Datasets in the data worker, one at a time: files of a Hub to blobs, files to stored chunks, with progress and cancelling.
 */
import { importDataset } from '../src/data/import/import-dataset';
import { downloadDatasetFiles } from '../src/hub/hub-dataset';
import type { ColumnMapping } from '../src/protocol/dataset';
import { CancelledError, InputError } from '../src/protocol/errors';
import type { HubDatasetFile, HubDatasetRequest } from '../src/protocol/hub-dataset';
import type { DatasetSummary, NamedFile } from '../src/protocol/library';
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

interface DownloadArgument {
  request: HubDatasetRequest;
  files: HubDatasetFile[];
}

export interface DatasetImporter {
  run(argument: ImportArgument): Promise<DatasetSummary>;
  download(argument: DownloadArgument): Promise<NamedFile[]>;
  cancel(): null;
}

export function createDatasetImporter(database: Promise<StudioDatabase>, emit: EmitDataEvent): DatasetImporter {
  let current: AbortController | null = null;

  async function alone<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (current !== null) throw new InputError('Another import is under way. Wait for it, or cancel it.');
    current = new AbortController();
    try {
      return await work(current.signal);
    } finally {
      current = null;
    }
  }

  return {
    run: ({ name, files, mapping }) =>
      alone(async (signal) => {
        const tell = progressOf(name, bytesOf(files.map(({ file }) => file.size)), emit);
        return importInto(await database, { name, files, mapping: mapping ?? null }, signal, tell);
      }),
    download: ({ request, files }) =>
      alone((signal) => {
        const tell = progressOf(request.id, bytesOf(files.map(({ bytes }) => bytes)), emit);
        return downloadDatasetFiles(request, files, { signal, onBytes: (done) => tell(done, null) });
      }),
    cancel: () => {
      current?.abort(new CancelledError('The import was cancelled; nothing of it was kept.'));
      return null;
    },
  };
}

const bytesOf = (sizes: number[]) => sizes.reduce((sum, size) => sum + size, 0);

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
    const summary: DatasetSummary = {
      ...found,
      name,
      pairs: items,
      bytes: writer.bytes(),
      columns,
      importedAt: Date.now(),
    };
    await writer.finish({ id: summary.id, name, summary });
    return summary;
  } catch (error) {
    await writer.discard().catch(() => {});
    throw error;
  }
}

function progressOf(name: string, bytesTotal: number, emit: EmitDataEvent) {
  let last = -Infinity;
  return (bytesDone: number, records: number | null) => {
    if (performance.now() - last < REPORT_EVERY && bytesDone < bytesTotal) return;
    last = performance.now();
    emit('importProgress', { name, bytesDone, bytesTotal, records });
  };
}
