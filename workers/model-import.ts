/** Takes a model into the library: checks its files as a run would, names them by content, and keeps those a run reads. */
import { filesBeside, type FolderFiles } from '../src/exchange/folder-files';
import { modelFileNames, readModelFolder } from '../src/exchange/model-folder';
import type { ModelSummary, NamedFile } from '../src/protocol/library';
import type { StudioDatabase } from '../src/storage/database';
import { putModel } from '../src/storage/library';
import { hashFiles } from './file-hash';

export interface NamedFiles {
  name: string;
  files: NamedFile[];
}

/** Where the files of a download stay, and where they came from. */
export interface Downloaded {
  cacheKey: string;
  source: NonNullable<ModelSummary['source']>;
}

/**
 * Other files in the folder are not kept; those of a download stay where they are.
 * @throws InputError that says what is wrong with the files
 */
export async function importModel(
  database: StudioDatabase,
  { name, files }: NamedFiles,
  downloaded: Downloaded | null = null,
): Promise<ModelSummary> {
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
    source: downloaded?.source ?? null,
    importedAt: Date.now(),
  };
  const cacheKey = downloaded?.cacheKey ?? null;
  await putModel(database, { id, name, summary, files: downloaded ? [] : kept, cacheKey });
  return summary;
}

export function pick(folder: FolderFiles, wanted: (path: string) => boolean): { path: string; blob: Blob }[] {
  const found = [...folder].filter(([path]) => wanted(path));
  return found.map(([path, blob]) => ({ path, blob }));
}
