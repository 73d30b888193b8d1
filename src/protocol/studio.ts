/**
 * The studio's state and the typed map of commands and events between page and workers.
 * Client and worker are both derived from these maps. No behaviour; types only.
 */
import type { AdapterSummary } from './adapter';
import type { ColumnMapping, DatasetPreview, ImportProgressReport, TokenReport } from './dataset';
import type { ReviewWait } from './holds';
import type { HubCache, HubLookUp, HubModel, HubProgress, HubRequest } from './hub';
import type { HubDataset, HubDatasetFile, HubDatasetRequest } from './hub-dataset';
import type { DatasetSummary, ImportedAdapterSummary, ModelSummary, NamedFile } from './library';
import type { MemoryPlan } from './memory-plan';
import type {
  LogRatioQuestion,
  PairLogRatios,
  PlaygroundAnswer,
  PlaygroundPart,
  PlaygroundQuestion,
} from './playground';
import type { SyntheticPair } from './preference';
import type { CheckpointSummary, Provenance, StoredResult } from './provenance';
import type { MeanTokens, RunCost } from './run-cost';
import type { MetricPoint, RunState, StageState } from './run-state';
import type { StageSpeed, SystemReport } from './system';
import type { ErrorShape } from './worker-error';

export interface StudioState {
  /** null while the device is being asked for. */
  adapter: AdapterSummary | null;
  /** Set when there is no WebGPU: what is wrong and what to do. */
  deviceError: ErrorShape | null;
  models: ModelSummary[];
  datasets: DatasetSummary[];
  importedAdapters: ImportedAdapterSummary[];
  runs: RunState[];
  /** Ids of runs that the worker of another window goes on with, as this one found them at its start: it cannot control them. */
  runsElsewhere: string[];
  /** 'shared' outlives a reload; 'dedicated' is the fallback. */
  workerKind: 'shared' | 'dedicated';
}

export interface RunStart {
  name: string;
  modelId: string;
  datasetId: string;
  importedAdapterId: string | null;
  recipe: unknown;
  /** Without it the run waits for nobody. */
  review?: ReviewWait;
}

/** Commands to the training worker: [argument, result]. */
export interface TrainingCommands {
  startRun: [RunStart, { runId: string }];
  /** Goes on with an interrupted, cancelled or failed run at the first stage that has no artifact. */
  continueRun: [{ runId: string }, null];
  /** Takes a finished stage and all that depend on it out of a stopped run, and goes on from there. @throws InputError */
  redoStage: [{ runId: string; stageId: string }, null];
  /** The same without going on: gives up a stage's result and all that is made from it. @throws InputError */
  deleteResult: [{ runId: string; stageId: string }, null];
  /** Leaves out an evaluation that is not made yet, whether the run is going on or not. @throws InputError for another stage */
  omitStage: [{ runId: string; stageId: string }, null];
  /**
   * Takes that back. A run that is going on makes the stage before it ends, one that had finished is then interrupted.
   * @throws InputError for a stage that is not left out
   */
  includeStage: [{ runId: string; stageId: string }, null];
  /** Lets a held run go on with the stage that it waits before. @throws InputError for a run that is not held */
  goOn: [{ runId: string }, null];
  /** Has the run wait for a review before a kind of stage, or not; counts for stages that have not begun. */
  waitForReview: [{ runId: string; before: keyof ReviewWait; wait: boolean }, null];
  /** Has the run stop after a stage, or takes that back. @throws InputError for a stage that has finished, or is the last */
  stopAfter: [{ runId: string; stageId: string; stop: boolean }, null];
  pauseRun: [{ runId: string }, null];
  resumeRun: [{ runId: string }, null];
  cancelRun: [{ runId: string }, null];
  /** Hides the run; it is deleted for good some time later, or when the studio is next started. */
  deleteRun: [{ runId: string }, null];
  /** Brings back a run that was deleted a short time ago. @throws InputError when it is gone for good */
  restoreRun: [{ runId: string }, null];
  /** @throws InputError for an empty name */
  renameRun: [{ runId: string; name: string }, null];
  /** Measures where the time of the next batch of the running stage goes. */
  profileRun: [{ runId: string }, null];
  /** null for the definition engine, which takes what tfjs needs. @throws InputError for a recipe or model that is unusable */
  planMemory: [{ modelId: string; recipe: unknown }, MemoryPlan | null];
  /** The same for a config.json of a model that is not here. @throws InputError as planMemory */
  planConfig: [{ config: unknown; recipe: unknown }, MemoryPlan | null];
  /**
   * What a run would compute, and how fast this adapter was. @throws InputError for a recipe, model or data that are unusable
   * together, as the run itself would
   */
  planCost: [
    { modelId: string; datasetId: string; importedAdapter: boolean; recipe: unknown; lengths: MeanTokens },
    RunCost,
  ];
  getPairs: [
    { runId: string; round: number; offset: number; limit: number },
    { total: number; pairs: SyntheticPair[] },
  ];
  getOutput: [{ runId: string; path: string }, Blob];
  /** Where an output comes from. @throws InputError when the run has no such output */
  getProvenance: [{ runId: string; path: string }, Provenance];
  /** Which stored result holds each output of the runs. */
  listResults: [null, StoredResult[]];
  /** What the unfinished stages of all runs keep. */
  listCheckpoints: [null, CheckpointSummary[]];
  /** The stage starts again from its beginning when the run goes on. @throws InputError while the run is going on */
  deleteCheckpoint: [{ runId: string; stage: string }, null];
  getSystem: [null, SystemReport];
  /** Tests the kernels of a run's engine again; without a run, of a small model's. @throws InputError while a run has the GPU; DeviceError for a wrong kernel */
  testKernels: [{ runId: string | null }, null];
  /** Measures the most that this adapter reaches in the studio's matmul. @throws InputError while a run has the GPU */
  measureMatmul: [null, null];
  /** `lengths` of the run's data. @throws InputError when its model is no longer stored */
  getStageSpeeds: [{ runId: string; lengths: MeanTokens }, StageSpeed[]];
  /** Answers a question by one or two models of a run or of the library; parts come as events. @throws InputError while a run is going on */
  askPlayground: [PlaygroundQuestion, PlaygroundAnswer[]];
  /** Ends the answer that is being given, or the scoring of pairs; it is returned as far as it came. */
  stopPlayground: [null, null];
  /** Like a question of the playground: refused while something runs. */
  pairLogRatios: [LogRatioQuestion, PairLogRatios];
  /**
   * Scores original pairs by the run's reward model, those that it has not scored yet; what is done stays, also when it is stopped
   * (`stopPlayground`). Tells its progress by events. Returns how many pairs were scored. @throws InputError while a run is going on
   */
  scorePairs: [{ runId: string; positions: Uint32Array }, number];
  /** Brings outputs up to date and tells every page, after the pair worker wrote decisions about pairs. */
  reviewsChanged: [{ runId: string }, null];
  /** Reads models, datasets and adapters again after the data worker stored one. */
  refreshLibrary: [null, null];
}

/** Commands to the data worker: [argument, result]. It parses, validates, hashes and stores. */
export interface DataCommands {
  importModel: [{ name: string; files: NamedFile[] }, ModelSummary];
  /** Without `mapping`: by what the columns seem to be. Tells its progress by events. */
  importDataset: [{ name: string; files: NamedFile[]; mapping?: ColumnMapping | null }, DatasetSummary];
  /** What a dataset on a Hub offers. Asks the Hub. */
  lookUpHubDataset: [HubDatasetRequest, HubDataset];
  /** Downloads files of a dataset, to be imported like files from the disk. Tells its progress by events. */
  downloadHubDataset: [{ request: HubDatasetRequest; files: HubDatasetFile[] }, NamedFile[]];
  /** Ends the import or download of data that is under way, which then rejects with a CancelledError; nothing of it is kept. */
  cancelImport: [null, null];
  /** The beginning of data files as they would be read; `mapping` null for what the columns seem to be. */
  previewDataset: [{ files: NamedFile[]; mapping: ColumnMapping | null }, DatasetPreview];
  /** Lengths in tokens of a stored dataset, or of a sample of it. */
  measureTokens: [{ datasetId: string; modelId: string; maxLength: number }, TokenReport];
  importAdapter: [{ name: string; files: NamedFile[] }, ImportedAdapterSummary];
  /** Ids of the imported adapters that fit a stored model: by their targets, and by names and shapes of their tensors. */
  fittingAdapters: [{ modelId: string }, string[]];
  deleteItem: [{ kind: 'model' | 'dataset' | 'adapter'; id: string }, null];
  /** Outputs of a run as one zip: those of `paths`, or all. */
  zipOutputs: [{ runId: string; paths?: string[] }, Blob];
  /** A zip of the files of a model or adapter; a dataset as JSON lines of TRL's formats. */
  exportItem: [{ kind: 'model' | 'dataset' | 'adapter'; id: string }, { file: Blob; extension: 'zip' | 'jsonl' }];
  /** Asks a Hub about a model. Nothing of it is downloaded but its configuration. */
  hubLookUp: [HubRequest, HubLookUp];
  /** Downloads what is missing of a model, verifies it, and adds it to the library. Tells its progress by events. */
  hubDownload: [{ model: HubModel; token: string | null }, ModelSummary];
  /** Ends the download that is under way, which then rejects with a CancelledError; what has arrived is kept. */
  cancelDownload: [null, null];
  listCache: [null, HubCache];
  /** Deletes downloaded files, and the model in the library that is made of them. */
  deleteCached: [{ key: string }, null];
}

/** Events from the data worker. */
export interface DataEvents {
  importProgress: ImportProgressReport;
  hubProgress: HubProgress;
}

/** Pairs scored of those that were asked for, without the ones that had a reward before. */
export interface PairScoring {
  runId: string;
  done: number;
  total: number;
  /** Done, stopped or failed. */
  ended: boolean;
}

/** Events from the training worker to every attached page. The first one a page gets is `state`. */
export interface TrainingEvents {
  state: StudioState;
  /** A run without the histories of its stages changed. */
  run: RunState;
  /** New points of one stage's curves and its progress. */
  progress: { runId: string; stage: Omit<StageState, 'history'>; points: MetricPoint[] };
  /** Decisions about a run's pairs were written; `sequence` is the last one's number. */
  reviews: { runId: string; sequence: number };
  notice: { level: 'info' | 'error'; message: string };
  playground: PlaygroundPart;
  pairScoring: PairScoring;
}

/** What travels over a port. */
export type CommandMessage<Commands> = {
  [K in keyof Commands]: { id: number; command: K; argument: Commands[K] extends [infer A, unknown] ? A : never };
}[keyof Commands];

export type ReplyMessage = { id: number; ok: true; result: unknown } | { id: number; ok: false; error: ErrorShape };

export type EventMessage<Events> = { [K in keyof Events]: { event: K; payload: Events[K] } }[keyof Events];
