/**
 * `window.whetstone`: the studio for scripts, on the same store and commands as the page. The headless command and the
 * e2e tests drive it. Leaves out everything that only a person needs.
 */
import type { HubProgress } from '../../protocol/hub';
import type { DatasetSummary, ImportedAdapterSummary, ModelSummary, NamedFile } from '../../protocol/library';
import type { MetricPoint } from '../../protocol/run-state';
import type { StudioState, TrainingCommands } from '../../protocol/studio';
import type { PairsPage, StartArgument } from '../../store/commands';
import { metricsKey } from '../../store/metrics';
import type { Studio } from '../../store/studio';
import type { StudioStoreState } from '../../store/studio-store';
import { toNamedFile } from '../primitives/named-files';
import { saveFile } from '../primitives/save-file';

export const HEADLESS_FILES = 'headless-files';

/** A file itself, or one of the files in the input `headless-files` by its index or path. */
export type FileChoice = NamedFile | number | string;

/** The studio's state; `history` of every stage is empty, `metrics` gives it. Plain data: it crosses to a test runner. */
export interface AutomationState extends Omit<StudioState, 'workerKind' | 'runsElsewhere'> {
  workerKind: StudioState['workerKind'] | null;
  /** False until the worker has told its state. */
  loaded: boolean;
  connection: StudioStoreState['connection'];
  connectionError: string | null;
}

/** Every function rejects with an Error whose `name` and `message` say what is wrong and what to do. */
export interface StudioAutomation {
  /** Resolves when the worker has told its state and the GPU question is settled (`adapter` or `deviceError` is set). */
  ready(): Promise<AutomationState>;
  state(): AutomationState;
  /** Calls back on every change until the returned function is called. */
  subscribe(listener: (state: AutomationState) => void): () => void;
  /** Without `files`: all files of the input `headless-files`. */
  importModel(name: string, files?: readonly FileChoice[]): Promise<ModelSummary>;
  importDataset(name: string, files?: readonly FileChoice[]): Promise<DatasetSummary>;
  importAdapter(name: string, files?: readonly FileChoice[]): Promise<ImportedAdapterSummary>;
  /** Looks a model of a Hub up, downloads what is missing of it, and adds it to the library. */
  downloadModel(id: string, options?: { endpoint?: string; token?: string }): Promise<ModelSummary>;
  /** How far the download is; null while there is none. */
  downloadProgress(): HubProgress | null;
  startRun(argument: StartArgument): Promise<{ runId: string }>;
  continueRun(runId: string): Promise<void>;
  pauseRun(runId: string): Promise<void>;
  resumeRun(runId: string): Promise<void>;
  cancelRun(runId: string): Promise<void>;
  /** Lets a run go on that is 'held', where `review` of startRun or stopAfter stopped it. */
  goOn(runId: string): Promise<void>;
  stopAfter(runId: string, stageId: string, stop: boolean): Promise<void>;
  deleteRun(runId: string): Promise<void>;
  /** Measures where the time of the running stage's next batch goes; the stage's `profile` then holds it. */
  profileRun(runId: string): Promise<void>;
  /** The points of a stage's curves, oldest first. */
  metrics(runId: string, stageId: string): MetricPoint[];
  getPairs(query: TrainingCommands['getPairs'][0]): Promise<PairsPage>;
  getOutput(runId: string, path: string): Promise<Blob>;
  /** Starts a download named after the path's last part. */
  saveOutput(runId: string, path: string): Promise<void>;
  /** Starts a download of all outputs as `<run id>.zip`. */
  saveAllOutputs(runId: string): Promise<void>;
}

declare global {
  interface Window {
    whetstone: StudioAutomation;
  }
}

function headlessFiles(): NamedFile[] {
  const input = document.querySelector<HTMLInputElement>(`[data-testid="${HEADLESS_FILES}"]`);
  return [...(input?.files ?? [])].map(toNamedFile);
}

function resolveFiles(choices: readonly FileChoice[] | undefined): NamedFile[] {
  const offered = headlessFiles();
  if (choices === undefined) return offered;
  return choices.map((choice) => {
    if (typeof choice === 'object') return choice;
    const found = typeof choice === 'number' ? offered[choice] : offered.find(({ path }) => path === choice);
    if (!found) throw new Error(`No file ${choice} in the input ${HEADLESS_FILES}; it holds ${offered.length} files.`);
    return found;
  });
}

function snapshot(state: StudioStoreState): AutomationState {
  const { adapter, deviceError, workerKind, loaded, connection, connectionError } = state;
  const { models, datasets, importedAdapters, runs } = state;
  const lists = { models: [...models], datasets: [...datasets], importedAdapters: [...importedAdapters] };
  return { adapter, deviceError, workerKind, loaded, connection, connectionError, ...lists, runs: [...runs] };
}

const isReady = ({ loaded, adapter, deviceError }: StudioStoreState) =>
  loaded && (adapter !== null || deviceError !== null);

function whenReady({ store }: Studio): Promise<AutomationState> {
  return new Promise((resolve, reject) => {
    const check = () => {
      const state = store.getState();
      if (state.connection === 'lost') reject(new Error(state.connectionError ?? 'The worker could not be started.'));
      else if (isReady(state)) resolve(snapshot(state));
      else return;
      stop();
    };
    const stop = store.subscribe(check);
    check();
  });
}

async function downloadModel(
  { store, commands }: Studio,
  id: string,
  { endpoint, token }: { endpoint?: string; token?: string } = {},
): Promise<ModelSummary> {
  const { setHubEndpoint, setHubToken } = store.getState();
  if (endpoint !== undefined) setHubEndpoint(endpoint);
  if (token !== undefined) setHubToken(token);
  await commands.lookUpModel(id);
  const found = store.getState().lookUp?.found;
  if (!found) throw new Error('Another model was looked up meanwhile.');
  if (found.refusal !== null) throw new Error(`${id} cannot be used: ${found.refusal}`);
  return commands.downloadModel(found.model);
}

/** Puts the studio on `window.whetstone`. */
export function installAutomation(studio: Studio): void {
  const { store, commands } = studio;
  window.whetstone = {
    ready: () => whenReady(studio),
    state: () => snapshot(store.getState()),
    subscribe: (listener) => store.subscribe((state) => listener(snapshot(state))),
    importModel: async (name, files) => commands.importModel(name, resolveFiles(files)),
    importDataset: async (name, files) => commands.importDataset(name, resolveFiles(files)),
    importAdapter: async (name, files) => commands.importAdapter(name, resolveFiles(files)),
    downloadModel: (id, options) => downloadModel(studio, id, options),
    downloadProgress: () => store.getState().download?.progress ?? null,
    startRun: (argument) => commands.startRun(argument),
    continueRun: (runId) => commands.continueRun(runId),
    pauseRun: (runId) => commands.pauseRun(runId),
    resumeRun: (runId) => commands.resumeRun(runId),
    cancelRun: (runId) => commands.cancelRun(runId),
    goOn: (runId) => commands.goOn(runId),
    stopAfter: (runId, stageId, stop) => commands.stopAfter(runId, stageId, stop),
    deleteRun: (runId) => commands.deleteRun(runId),
    profileRun: (runId) => commands.profileRun(runId),
    metrics: (runId, stageId) => store.getState().metrics[metricsKey(runId, stageId)]?.curve.toPoints() ?? [],
    getPairs: (query) => commands.getPairs(query),
    getOutput: (runId, path) => commands.getOutput(runId, path),
    saveOutput: async (runId, path) => saveFile(await commands.getOutput(runId, path), path.split('/').at(-1) ?? path),
    saveAllOutputs: async (runId) => saveFile(await commands.zipOutputs(runId), `${runId}.zip`),
  };
}
