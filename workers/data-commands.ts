/**
 * What the data worker does: checks, names and stores models and adapters, deletes items, and packs outputs. Datasets are
 * imported by dataset-import.ts and measured by token-report.ts, models of a Hub downloaded by hub-commands.ts.
 */
import { previewDataset } from '../src/data/import/preview';
import { filesBeside } from '../src/exchange/folder-files';
import { readPeftFolder } from '../src/exchange/peft';
import { parsePeftConfig } from '../src/exchange/peft-config';
import { readSafetensorsHeader } from '../src/exchange/safetensors-header';
import { lookUpDataset } from '../src/hub/hub-dataset';
import { InputError } from '../src/protocol/errors';
import type { ImportedAdapterSummary } from '../src/protocol/library';
import type { DataCommands, DataEvents } from '../src/protocol/studio';
import { databaseArtifacts } from '../src/storage/artifact-store';
import type { StudioDatabase } from '../src/storage/database';
import { deleteLibraryItem, putImportedAdapter } from '../src/storage/library';
import { readReviews } from '../src/storage/pair-review-store';
import { getRun } from '../src/storage/run-store';
import { createDatasetImporter } from './dataset-import';
import { hashFiles } from './file-hash';
import { fittingAdapters } from './fitting-adapters';
import { browserHub, createHubHandlers, type HubParts } from './hub-commands';
import { exportItem } from './item-export';
import { importModel, pick, type NamedFiles } from './model-import';
import { packOutputs } from './pack-outputs';
import type { Handlers } from './serve-commands';
import { measureTokens } from './token-report';

/** Posts an event to the page. */
export type EmitDataEvent = <K extends keyof DataEvents>(event: K, payload: DataEvents[K]) => void;

/** The data worker's commands over a database. Each rejects with an InputError that says what is wrong with the files. */
export function dataHandlers(
  database: Promise<StudioDatabase>,
  emit: EmitDataEvent = () => {},
  hub: HubParts = browserHub(),
): Handlers<DataCommands> {
  const datasets = createDatasetImporter(database, emit);
  return {
    importModel: async (argument) => importModel(await database, argument),
    importDataset: datasets.run,
    downloadHubDataset: datasets.download,
    cancelImport: datasets.cancel,
    lookUpHubDataset: (request) => lookUpDataset(request),
    previewDataset: ({ files, mapping }) => previewDataset(files, mapping),
    measureTokens: async (argument) => measureTokens(await database, argument),
    importAdapter: async (argument) => importAdapter(await database, argument),
    fittingAdapters: async ({ modelId }) => fittingAdapters(await database, modelId, hub.cache),
    deleteItem: async ({ kind, id }) => {
      await deleteLibraryItem(await database, kind, id, hub.cache);
      return null;
    },
    zipOutputs: async ({ runId, paths }) => {
      const record = await getRun(await database, runId);
      if (!record) throw new InputError('There is no such run; it may have been deleted in another window.');
      const open = await database;
      return packOutputs(record, databaseArtifacts(open), (id) => readReviews(open, id), paths);
    },
    exportItem: async (argument) => exportItem(await database, argument, hub.cache),
    ...createHubHandlers(database, emit, hub),
  };
}

/** Whether the adapter fits a model is checked when both are used together. */
async function importAdapter(database: StudioDatabase, { name, files }: NamedFiles): Promise<ImportedAdapterSummary> {
  const { configJson, safetensors } = await readPeftFolder(files);
  const { lora } = parsePeftConfig(configJson);
  await readSafetensorsHeader(safetensors, 'adapter_model.safetensors');
  const wanted = new Set(['adapter_config.json', 'adapter_model.safetensors']);
  const kept = pick(filesBeside(files, 'adapter_config.json'), (path) => wanted.has(path));
  const id = await hashFiles(kept);
  const { rank, alpha, targets } = lora;
  const summary: ImportedAdapterSummary = { id, name, rank, alpha, targets, importedAt: Date.now() };
  await putImportedAdapter(database, { id, name, summary, files: kept });
  return summary;
}
