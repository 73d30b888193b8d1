/**
 * What the worker says about the studio: adapter, models, datasets, adapters, and runs without their curves.
 * Leaves out the curves (metrics) and what the person has selected (selection).
 */
import type { ConnectionStatus } from '../client/bridge';
import type { AdapterSummary } from '../protocol/adapter';
import type { DatasetSummary, ImportedAdapterSummary, ModelSummary } from '../protocol/library';
import type { RunState, StageState } from '../protocol/run-state';
import type { StudioState, TrainingEvents } from '../protocol/studio';
import type { ErrorShape } from '../protocol/worker-error';
import type { Slice } from './slice';

export interface LibrarySlice {
  connection: ConnectionStatus;
  connectionError: string | null;
  /** False until the worker has told its state for the first time. */
  loaded: boolean;
  adapter: AdapterSummary | null;
  deviceError: ErrorShape | null;
  workerKind: StudioState['workerKind'] | null;
  models: readonly ModelSummary[];
  datasets: readonly DatasetSummary[];
  importedAdapters: readonly ImportedAdapterSummary[];
  /** Newest first; every stage's `history` is empty here, its points are in `metrics`. */
  runs: readonly RunState[];
  /** Ids of runs that go on in another window, which has a worker of its own. */
  runsElsewhere: readonly string[];
  setConnection(status: ConnectionStatus, error: Error | null): void;
  receiveState(state: StudioState): void;
  receiveRun(run: RunState): void;
  receiveProgress(progress: TrainingEvents['progress']): void;
}

const withoutHistories = (run: RunState): RunState => ({
  ...run,
  stages: run.stages.map((stage) => ({ ...stage, history: [] })),
});

const newestFirst = (runs: readonly RunState[]): RunState[] => runs.toSorted((a, b) => b.createdAt - a.createdAt);

function withStage(run: RunState, stage: Omit<StageState, 'history'>): RunState {
  return {
    ...run,
    stages: run.stages.map((known) => (known.id === stage.id ? { ...stage, history: [] } : known)),
  };
}

export const createLibrarySlice: Slice<LibrarySlice> = (set, get) => ({
  connection: 'connecting',
  connectionError: null,
  loaded: false,
  adapter: null,
  deviceError: null,
  workerKind: null,
  models: [],
  datasets: [],
  importedAdapters: [],
  runs: [],
  runsElsewhere: [],

  setConnection: (connection, error) => set({ connection, connectionError: error?.message ?? null }),

  receiveState: (state) => {
    const { adapter, deviceError, workerKind, models, datasets, importedAdapters, runsElsewhere } = state;
    const runs = newestFirst(state.runs.map(withoutHistories));
    get().resetMetrics(state.runs);
    set({ loaded: true, adapter, deviceError, workerKind, models, datasets, importedAdapters, runs, runsElsewhere });
    get().settleSelection();
  },

  receiveRun: (run) =>
    set(({ runs }) => ({ runs: newestFirst([...runs.filter(({ id }) => id !== run.id), withoutHistories(run)]) })),

  receiveProgress: (progress) => {
    const { runId, stage } = progress;
    set(({ runs }) => ({ runs: runs.map((run) => (run.id === runId ? withStage(run, stage) : run)) }));
    get().appendMetrics(progress);
  },
});
