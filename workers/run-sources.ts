/** Loads from storage what a run works on: model files, pairs and, where chosen, an imported adapter. */
import { memoryDataset, type DatasetSource } from '../src/data/dataset-source';
import { standingReviews } from '../src/data/review/review-state';
import type { NamedFile } from '../src/protocol/library';
import type { RunState } from '../src/protocol/run-state';
import type { RunSources } from '../src/rounds/open-run';
import type { RunReviews } from '../src/rounds/training-pairs';
import type { StudioDatabase } from '../src/storage/database';
import { readDatasetItems, readDatasetKeys } from '../src/storage/datasets';
import { getDataset, getImportedAdapter, getModel } from '../src/storage/library';
import { readReviews } from '../src/storage/pair-review-store';
import type { DatasetRecord, RunRecord } from '../src/storage/records';

/** @throws InputError naming what is no longer stored */
export async function loadSources(database: StudioDatabase, state: RunState): Promise<RunSources> {
  const { modelId, datasetId, importedAdapterId, recipe } = state;
  const [model, dataset] = [await getModel(database, modelId), await getDataset(database, datasetId)];
  const adapter = importedAdapterId === null ? null : await getImportedAdapter(database, importedAdapterId);
  return {
    model: { id: model.id, name: model.name, files: named(model.files) },
    dataset: datasetSource(database, dataset),
    importedAdapter: adapter && { id: adapter.id, name: adapter.name, files: named(adapter.files) },
    recipe,
  };
}

/** The dataset's items are read when the run asks for them. Those of earlier versions are in the record. */
export function datasetSource(database: StudioDatabase, record: DatasetRecord): DatasetSource {
  if (record.pairs !== undefined) return memoryDataset(record.id, record.pairs);
  return {
    id: record.id,
    kind: record.summary.kind,
    keys: () => readDatasetKeys(database, record),
    read: (positions, visit) => readDatasetItems(database, record, positions, visit),
  };
}

/** The decisions about the run's pairs as they stand when they are asked for, and what its finished stages were made from. */
export function storedReviews(database: StudioDatabase, record: RunRecord): RunReviews {
  return {
    standing: async () => standingReviews(await readReviews(database, record.state.id)),
    recorded: (stageId) => record.stages[stageId]?.inputs,
  };
}

function named(files: readonly { path: string; blob: Blob }[]): NamedFile[] {
  return files.map(({ path, blob }) => ({ path, file: blob }));
}
