/**
 * What the person can ask for, as functions over the two clients and the store. Every one rejects with what went wrong;
 * `attempt` shows that as a notice instead. Leaves out the forms and buttons.
 */
import type { DataClient } from '../client/data-client';
import { errorShapeOf } from '../client/remote-error';
import type { PairClient } from '../client/pair-client';
import type { TrainingClient } from '../client/training-client';
import type { ColumnMapping } from '../protocol/dataset';
import type { SyntheticPair } from '../protocol/preference';
import type { DatasetSummary, ImportedAdapterSummary, ModelSummary, NamedFile } from '../protocol/library';
import type { TrainingCommands } from '../protocol/studio';
import { createDataCommands, type DataCommandSet } from './data-commands';
import { createDemoCommands, type DemoCommands } from './demo-commands';
import { createHubCommands, type HubCommandSet } from './hub-commands';
import { createPairCommands, type PairCommandSet } from './pair-commands';
import { createPlaygroundCommands, type PlaygroundCommandSet } from './playground-commands';
import { createRunCommands, type RunCommandSet } from './run-commands';
import type { ImportKind } from './setup';
import type { StudioStore } from './studio-store';
import { createSystemCommands, type SystemCommandSet } from './system-commands';

export type StartArgument = TrainingCommands['startRun'][0];
export interface PairsPage {
  total: number;
  pairs: SyntheticPair[];
}

export interface StudioCommands
  extends
    DataCommandSet,
    DemoCommands,
    HubCommandSet,
    RunCommandSet,
    PairCommandSet,
    PlaygroundCommandSet,
    SystemCommandSet {
  importModel(name: string, files: NamedFile[]): Promise<ModelSummary>;
  /** Without `mapping`: by what the columns seem to be. */
  importDataset(name: string, files: NamedFile[], mapping?: ColumnMapping | null): Promise<DatasetSummary>;
  importAdapter(name: string, files: NamedFile[]): Promise<ImportedAdapterSummary>;
  deleteItem(kind: ImportKind, id: string): Promise<void>;
  startRun(argument: StartArgument): Promise<{ runId: string }>;
  /** Starts a run from the chosen model, data, adapter and recipe, and opens it. */
  startChosenRun(): Promise<void>;
  continueRun(runId: string): Promise<void>;
  pauseRun(runId: string): Promise<void>;
  resumeRun(runId: string): Promise<void>;
  cancelRun(runId: string): Promise<void>;
  /** Measures the next batch of the stage that is at work. */
  profileRun(runId: string): Promise<void>;
  getPairs(query: TrainingCommands['getPairs'][0], signal?: AbortSignal): Promise<PairsPage>;
  getOutput(runId: string, path: string): Promise<Blob>;
  /** All outputs of a run in one archive, or those of `paths`. */
  zipOutputs(runId: string, paths?: string[]): Promise<Blob>;
  /** A model or adapter as a zip, a dataset as JSON lines. */
  exportItem(kind: ImportKind, id: string): Promise<{ file: Blob; extension: 'zip' | 'jsonl' }>;
  /** Runs `work`; a failure becomes a notice, and undefined is returned. */
  attempt<T>(work: () => Promise<T>): Promise<T | undefined>;
}

export function createCommands(
  store: StudioStore,
  training: TrainingClient,
  data: DataClient,
  pairs: PairClient,
): StudioCommands {
  /** Imports, with its progress and failure in the store, and has the training worker look at the library again. */
  async function imported<T extends { id: string }>(
    kind: ImportKind,
    name: string,
    work: () => Promise<T>,
  ): Promise<T> {
    const { setImport } = store.getState();
    setImport(kind, { name, error: null });
    try {
      const summary = await work();
      await training.send('refreshLibrary', null);
      setImport(kind, null);
      return summary;
    } catch (error) {
      const shape = errorShapeOf(error);
      setImport(kind, shape.name === 'CancelledError' ? null : { name, error: shape });
      throw error;
    } finally {
      if (kind === 'dataset') store.getState().receiveImportProgress(null);
    }
  }

  const importDataset: StudioCommands['importDataset'] = (name, files, mapping = null) =>
    imported('dataset', name, () => data.send('importDataset', { name, files, mapping }));

  type RunCommand = 'continueRun' | 'pauseRun' | 'resumeRun' | 'cancelRun' | 'profileRun';

  async function toRun(command: RunCommand, runId: string): Promise<void> {
    await training.send(command, { runId });
  }

  async function startChosenRun(): Promise<void> {
    const { modelId, datasetId, importedAdapterId, parsed, reviewWait: review, openRun } = store.getState();
    if (modelId === null || datasetId === null || parsed.recipe === null) throw new Error('internal: nothing to start');
    const { name } = parsed.recipe;
    const argument = { name, modelId, datasetId, importedAdapterId, recipe: parsed.recipe, review };
    const { runId } = await training.send('startRun', argument);
    openRun(runId);
  }

  const basic: Pick<StudioCommands, 'importModel' | 'importDataset' | 'startRun'> = {
    importModel: (name, files) => imported('model', name, () => data.send('importModel', { name, files })),
    importDataset,
    startRun: (argument) => training.send('startRun', argument),
  };

  const pairCommands = createPairCommands(training, pairs);

  return {
    ...basic,
    ...createDemoCommands(store, { commands: basic }),
    ...createDataCommands(store, data, importDataset),
    ...createHubCommands(store, training, data),
    ...pairCommands,
    ...createRunCommands(store, training),
    ...createSystemCommands(store, training),
    ...createPlaygroundCommands(store, { training, pairs: pairCommands }),
    importAdapter: (name, files) => imported('adapter', name, () => data.send('importAdapter', { name, files })),
    deleteItem: async (kind, id) => {
      await data.send('deleteItem', { kind, id });
      await training.send('refreshLibrary', null);
    },
    startChosenRun,
    continueRun: (runId) => toRun('continueRun', runId),
    pauseRun: (runId) => toRun('pauseRun', runId),
    resumeRun: (runId) => toRun('resumeRun', runId),
    cancelRun: (runId) => toRun('cancelRun', runId),
    profileRun: (runId) => toRun('profileRun', runId),
    getPairs: (query, signal) => training.send('getPairs', query, signal),
    getOutput: (runId, path) => training.send('getOutput', { runId, path }),
    zipOutputs: (runId, paths) => data.send('zipOutputs', { runId, ...(paths && { paths }) }),
    exportItem: (kind, id) => data.send('exportItem', { kind, id }),
    attempt: async (work) => {
      try {
        return await work();
      } catch (error) {
        store.getState().notify('error', errorShapeOf(error).message);
        return undefined;
      }
    },
  };
}
