/**
 * What the data worker does: checks, names and stores models and adapters, deletes items, and packs outputs. Datasets are
 * imported by dataset-import.ts and measured by token-report.ts.
 */
import { previewDataset } from '../src/data/import/preview';
import { filesBeside, type FolderFiles } from '../src/exchange/folder-files';
import { modelFileNames, readModelFolder } from '../src/exchange/model-folder';
import { readPeftFolder } from '../src/exchange/peft';
import { parsePeftConfig } from '../src/exchange/peft-config';
import { readSafetensorsHeader } from '../src/exchange/safetensors-header';
import { lookUpDataset } from '../src/hub/hub-dataset';
import { InputError } from '../src/protocol/errors';
import type { DataCommands, DataEvents, ImportedAdapterSummary, ModelSummary, NamedFile } from '../src/protocol/studio';
import { databaseArtifacts } from '../src/storage/artifact-store';
import type { StudioDatabase } from '../src/storage/database';
import { deleteLibraryItem, putImportedAdapter, putModel } from '../src/storage/library';
import { getRun } from '../src/storage/run-store';
import { createDatasetImporter } from './dataset-import';
import { hashFiles } from './file-hash';
import { packOutputs } from './pack-outputs';
import type { Handlers } from './serve-commands';
import { measureTokens } from './token-report';

interface NamedFiles {
  name: string;
  files: NamedFile[];
}

/** Posts an event to the page. */
export type EmitDataEvent = <K extends keyof DataEvents>(event: K, payload: DataEvents[K]) => void;

/** The data worker's commands over a database. Each rejects with an InputError that says what is wrong with the files. */
export function dataHandlers(
  database: Promise<StudioDatabase>,
  emit: EmitDataEvent = () => {},
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
    deleteItem: async ({ kind, id }) => {
      await deleteLibraryItem(await database, kind, id);
      return null;
    },
    zipOutputs: async ({ runId }) => {
      const record = await getRun(await database, runId);
      if (!record) throw new InputError('There is no such run; it may have been deleted in another window.');
      return packOutputs(record, databaseArtifacts(await database));
    },
  };
}

/** Checks the folder as a run would, and keeps the files a run reads; others in the folder are not kept. */
async function importModel(database: StudioDatabase, { name, files }: NamedFiles): Promise<ModelSummary> {
  const folder = await readModelFolder(files);
  const kept = pick(
    filesBeside(files, 'config.json'),
    (path) => modelFileNames.has(path) || folder.fileNames.includes(path),
  );
  const id = await hashFiles(kept);
  const summary: ModelSummary = {
    id,
    name,
    architecture: folder.config.modelType,
    parameters: folder.parameters,
    bytes: folder.bytes,
    weightsDtype: folder.weightsDtype,
    vocabSize: folder.config.vocabSize,
    contextLength: folder.config.contextLength,
    hasChatTemplate: folder.tokenizer.chatTemplate !== null,
  };
  await putModel(database, { id, name, summary, files: kept });
  return summary;
}

/** Whether the adapter fits a model is checked when a run is started with both. */
async function importAdapter(database: StudioDatabase, { name, files }: NamedFiles): Promise<ImportedAdapterSummary> {
  const { configJson, safetensors } = await readPeftFolder(files);
  const { lora } = parsePeftConfig(configJson);
  await readSafetensorsHeader(safetensors, 'adapter_model.safetensors');
  const wanted = new Set(['adapter_config.json', 'adapter_model.safetensors']);
  const kept = pick(filesBeside(files, 'adapter_config.json'), (path) => wanted.has(path));
  const id = await hashFiles(kept);
  const summary: ImportedAdapterSummary = { id, name, rank: lora.rank, alpha: lora.alpha, targets: lora.targets };
  await putImportedAdapter(database, { id, name, summary, files: kept });
  return summary;
}

function pick(folder: FolderFiles, wanted: (path: string) => boolean): { path: string; blob: Blob }[] {
  const found = [...folder].filter(([path]) => wanted(path));
  return found.map(([path, blob]) => ({ path, blob }));
}
