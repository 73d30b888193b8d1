/** Loads from storage what a run works on: model files, pairs and, where chosen, an imported adapter. */
import type { NamedFile, RunState } from '../src/protocol/studio';
import type { RunSources } from '../src/rounds/open-run';
import type { StudioDatabase } from '../src/storage/database';
import { getDataset, getImportedAdapter, getModel } from '../src/storage/library';

/** @throws InputError naming what is no longer stored */
export async function loadSources(database: StudioDatabase, state: RunState): Promise<RunSources> {
  const { modelId, datasetId, importedAdapterId, recipe } = state;
  const [model, dataset] = [await getModel(database, modelId), await getDataset(database, datasetId)];
  const adapter = importedAdapterId === null ? null : await getImportedAdapter(database, importedAdapterId);
  return {
    model: { id: model.id, name: model.name, files: named(model.files) },
    dataset: { id: dataset.id, pairs: dataset.pairs },
    importedAdapter: adapter && { id: adapter.id, name: adapter.name, files: named(adapter.files) },
    recipe,
  };
}

function named(files: readonly { path: string; blob: Blob }[]): NamedFile[] {
  return files.map(({ path, blob }) => ({ path, file: blob }));
}
