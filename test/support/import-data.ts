/** Imports data files into memory, as the data worker does into its storage. */
import { importDataset, type ImportedDataset, type ImportOptions } from '../../src/data/import/import-dataset';
import type { DatasetItem, SplitKey } from '../../src/protocol/dataset';
import type { PreferencePair } from '../../src/protocol/preference';
import type { NamedFile } from '../../src/protocol/library';

export type FileContent = string | Uint8Array<ArrayBuffer>;

export interface CollectedImport extends Omit<ImportedDataset, 'items'> {
  items: DatasetItem[];
  /** The items of a preference dataset. */
  pairs: PreferencePair[];
  keys: SplitKey[];
}

export function namedFile(path: string, content: FileContent): NamedFile {
  return { path, file: new Blob([content]) };
}

export async function collectImport(
  files: readonly NamedFile[],
  options: Partial<ImportOptions> = {},
): Promise<CollectedImport> {
  const items: DatasetItem[] = [];
  const keys: SplitKey[] = [];
  const sink = (some: DatasetItem[], theirs: SplitKey[]) => {
    items.push(...some);
    keys.push(...theirs);
    return Promise.resolve();
  };
  const imported = await importDataset(files, sink, { mapping: null, ...options });
  return { ...imported, items, keys, pairs: items.filter((item) => 'chosen' in item) };
}
