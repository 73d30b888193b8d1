/** What the data worker does: checks, names and stores models, datasets and adapters, deletes them, and packs outputs. */
import { importPreferences } from '../src/data/import-preferences';
import { filesBeside, type FolderFiles } from '../src/exchange/folder-files';
import { readModelFolder } from '../src/exchange/model-folder';
import { readPeftFolder } from '../src/exchange/peft';
import { parsePeftConfig } from '../src/exchange/peft-config';
import { readSafetensorsHeader } from '../src/exchange/safetensors-header';
import { InputError } from '../src/protocol/errors';
import type {
  DataCommands,
  DatasetSummary,
  ImportedAdapterSummary,
  ModelSummary,
  NamedFile,
} from '../src/protocol/studio';
import { contentHash } from '../src/data/content-hash';
import { databaseArtifacts } from '../src/storage/artifact-store';
import type { StudioDatabase } from '../src/storage/database';
import { deleteLibraryItem, putDataset, putImportedAdapter, putModel } from '../src/storage/library';
import { getRun } from '../src/storage/run-store';
import { hashFiles } from './file-hash';
import { packOutputs } from './pack-outputs';
import type { Handlers } from './serve-commands';

interface NamedFiles {
  name: string;
  files: NamedFile[];
}

const shownExamples = 20;

const modelFileNames = new Set([
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'model.safetensors.index.json',
]);

/** The data worker's commands over a database. Each rejects with an InputError that says what is wrong with the files. */
export function dataHandlers(database: Promise<StudioDatabase>): Handlers<DataCommands> {
  return {
    importModel: async (argument) => importModel(await database, argument),
    importDataset: async (argument) => importDataset(await database, argument),
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

async function importDataset(database: StudioDatabase, { name, files }: NamedFiles): Promise<DatasetSummary> {
  const { pairs, badLines, badLineCount, dropped } = await importPreferences(files);
  const id = await contentHash(...pairs.map((pair) => pair.id));
  const examples = pairs.slice(0, shownExamples);
  const summary: DatasetSummary = { id, name, pairs: pairs.length, badLines, badLineCount, dropped, examples };
  await putDataset(database, { id, name, summary, pairs });
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
