/**
 * The studio's state and the typed map of commands and events between page and workers.
 * Client and worker are both derived from these maps. No behaviour; types only.
 */
import type {
  ColumnMapping,
  DatasetItem,
  DatasetKind,
  DatasetPreview,
  DatasetReport,
  ImportProgressReport,
  TokenReport,
} from './dataset';
import type { ReviewWait, RunHold, RunHolds } from './holds';
import type { HubCache, HubLookUp, HubModel, HubProgress, HubRequest } from './hub';
import type { HubDataset, HubDatasetFile, HubDatasetRequest } from './hub-dataset';
import type { SyntheticPair } from './preference';
import type {
  LogRatioQuestion,
  PairLogRatios,
  PlaygroundAnswer,
  PlaygroundPart,
  PlaygroundQuestion,
} from './playground';
import type { CheckpointSummary, Provenance, StoredResult } from './provenance';
import type { Recipe } from './recipe';
import type { MeanTokens, RunCost } from './run-cost';
import type { SelfTestRow, StageSpeed, SystemReport } from './system';

/** An error as it crosses threads. `stage` and `step` say where a run was. */
export interface ErrorShape {
  name: string;
  message: string;
  cause?: string;
  stage?: string;
  step?: number;
}

export interface AdapterSummary {
  vendor: string;
  architecture: string;
  description: string;
  /** A software adapter (SwiftShader, lavapipe): correct but slow. */
  software: boolean;
  features: string[];
  maxBufferSize: number;
  /** By WebGPU's names; missing in runs of earlier versions. */
  limits?: Record<string, number>;
}

export interface ModelSummary {
  /** Content hash of all files. */
  id: string;
  name: string;
  architecture: string;
  parameters: number;
  bytes: number;
  weightsDtype: string;
  vocabSize: number;
  contextLength: number;
  hasChatTemplate: boolean;
  /** Where it was downloaded from; null for files of this computer. */
  source: { endpoint: string; name: string; commit: string; licence: string | null } | null;
  /** Milliseconds since 1970; missing in what earlier versions imported. */
  importedAt?: number;
  /** As they are stored; missing where they are in the cache of downloads. */
  files?: OutputFile[];
}

/** A line of a data file that could not be used. Lines count from 1. */
export interface LineProblem {
  file: string;
  line: number;
  message: string;
}

export interface DatasetSummary {
  id: string;
  name: string;
  kind: DatasetKind;
  /** Pairs, or items of an SFT dataset. */
  pairs: number;
  /** Of its texts as they are stored; missing in datasets of earlier versions. */
  bytes?: number;
  /** Lines that could not be used, the first 100; `badLineCount` counts all. */
  badLines: LineProblem[];
  badLineCount: number;
  /** Pairs left out at import, by reason. */
  dropped: Record<string, number>;
  examples: DatasetItem[];
  /** Which columns were read; null for datasets of earlier versions. */
  columns: ColumnMapping | null;
  report: DatasetReport | null;
  /** Milliseconds since 1970; missing in what earlier versions imported. */
  importedAt?: number;
}

/** An imported PEFT adapter that can take the place of SFT. */
export interface ImportedAdapterSummary {
  id: string;
  name: string;
  rank: number;
  alpha: number;
  targets: string[];
  /** Milliseconds since 1970; missing in what earlier versions imported. */
  importedAt?: number;
  /** As they are stored. */
  files?: OutputFile[];
}

export type StageKind = 'sft' | 'reward' | 'referee' | 'generate' | 'score' | 'train' | 'evaluate';
/** 'skipped': the result was there. 'omitted': the person leaves the stage out, until it is included again. */
export type StageStatus = 'pending' | 'running' | 'done' | 'skipped' | 'omitted' | 'failed';

/** One point of a stage's curves. */
export interface MetricPoint {
  step: number;
  /** Seconds of the stage's work when the step was done, pauses left out; missing in runs of earlier versions. */
  seconds?: number;
  values: Record<string, number>;
}

/** Bytes of GPU memory by what they are for: "weights", "kept activations", ... */
export type MemoryByCategory = Record<string, number>;

/** GPU memory of a stage, looked at between its batches. */
export interface StageMemory {
  /** When last looked at. */
  now: MemoryByCategory;
  /** When it held the most. */
  peak: MemoryByCategory;
  /** The most at any time, also within a batch. */
  peakBytes: number;
}

/** GPU time of one kernel, summed over its dispatches. */
export interface KernelTime {
  kernel: string;
  dispatches: number;
  milliseconds: number;
}

/** Where the time of one batch of a stage went, the longest first. */
export interface StageProfile {
  /** Which batch of this session was measured, from 1. */
  batch: number;
  /** From the batch's start to its end. */
  seconds: number;
  kernels: KernelTime[];
  /** Why there are no times. */
  missing: string | null;
}

/** What the model in training answered to the watched prompts. */
export interface StageSample {
  /** Steps that were done; 0 before the first. */
  step: number;
  answers: { prompt: string; text: string; ended: boolean }[];
}

/** What is stored of a finished stage. Runs whose stages were made from the same share it. */
export interface StageResult {
  /** Equal for equal settings and inputs. */
  key: string;
  /** Of its files. */
  bytes: number;
}

export interface StageState {
  /** 'sft', 'reward', 'referee', 'round1.generate', 'round1.score', 'round1.train', 'round1.evaluate', ... */
  id: string;
  kind: StageKind;
  /** 0 for sft, reward and referee. */
  round: number;
  status: StageStatus;
  /** In `unit`s: steps for training, responses for generation, pairs or prompts else. */
  done: number;
  total: number;
  unit: string;
  /** Seconds of work so far, without pauses. */
  seconds: number;
  /** Estimated from this stage's own speed; null until known. */
  secondsLeft: number | null;
  /** When it began, milliseconds since 1970; missing before that, for a reused result, and in runs of earlier versions. */
  startedAt?: number;
  /** When its result was there; missing as above. */
  finishedAt?: number;
  history: MetricPoint[];
  /** Figures of the finished stage, by name. */
  summary: Record<string, number>;
  /** Remarks for the person: dropped pairs, left-out data. */
  notes: string[];
  /** In order of steps; empty for stages that train no model to answer. */
  samples: StageSample[];
  /** null until the stage has computed something. */
  memory: StageMemory | null;
  /** null until a batch was measured. */
  profile: StageProfile | null;
  /** Missing until the stage has finished, and in runs of earlier versions. */
  result?: StageResult;
}

/** What computes a run. All arithmetic is fp32; halves are how weights and KV cache are kept. */
export interface RunEngine {
  name: 'fused' | 'definition';
  weights: 'fp16, packed' | 'fp16, native' | 'fp32';
  /** Where the choice of matmul tiles comes from; null for the definitions. */
  tiles: 'measured' | 'remembered' | 'kept' | 'default' | null;
  /** Weights that became zero or subnormal by the conversion to fp16; null where nothing was converted or it is not known. */
  conversion: { flushed: number; subnormal: number } | null;
  /** null for the definitions, before the test, and in runs of earlier versions. */
  selfTest: SelfTestRow[] | null;
}

/** 'held': stopped before a stage, as the person asked, until told to go on; nothing of it is in memory meanwhile. */
export type RunStatus = 'running' | 'paused' | 'held' | 'cancelled' | 'failed' | 'finished' | 'interrupted';

/**
 * Why a run without an error is interrupted. 'ended': the browser or its worker. 'included': an evaluation that was left out is
 * to be made after all. 'again': finished stages are to be made again.
 */
export type InterruptionCause = 'ended' | 'included' | 'again';

export interface RunState {
  id: string;
  name: string;
  modelId: string;
  datasetId: string;
  importedAdapterId: string | null;
  recipe: Recipe;
  status: RunStatus;
  /** Says something while `status` is 'interrupted' and there is no error; missing in runs of earlier versions. */
  interruptedBy?: InterruptionCause;
  /** Where it stops to wait for the person. */
  holds: RunHolds;
  /** Why it waits; null unless the status is 'held'. */
  held: RunHold | null;
  stages: StageState[];
  error: ErrorShape | null;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** When anything of it last changed, milliseconds since 1970; missing in runs of earlier versions. */
  lastActivityAt?: number;
  /** Paths of the outputs that exist so far, as method.md section 7 names them. */
  outputs: OutputFile[];
  /** null before the run has loaded its model. */
  engine: RunEngine | null;
  /** What the run does while no stage is at work: loading, measuring kernels; null else. */
  activity: string | null;
  /** Rewards of every evaluated model on the held-out prompts; see src/evaluation. JSON of evaluation_results.json, once there. */
  evaluation: unknown;
}

export interface OutputFile {
  path: string;
  bytes: number;
}

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

/** What the fused engine will take of the GPU's memory, before anything is loaded. */
export interface MemoryPlan {
  budgetBytes: number;
  /** The largest batch of each kind of stage, in the order in which they run. */
  stages: PlannedStage[];
  /** Blocks of the model. */
  blocks: number;
  /** What to change when a stage does not fit the budget; null when all fit. */
  refusal: string | null;
}

export interface PlannedStage {
  kind: StageKind;
  bytes: number;
  byCategory: MemoryByCategory;
  /** Blocks that keep their activations for the backward pass, the others compute them again; null without one. */
  keptBlocks: number | null;
}

/** A file with the path it had in the chosen folder. */
export interface NamedFile {
  path: string;
  file: Blob;
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
