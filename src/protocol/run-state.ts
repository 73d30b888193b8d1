/** A run and its stages as the page sees them: status, progress, curves, memory and times. Types only. */
import type { RunHold, RunHolds } from './holds';
import type { OutputFile } from './library';
import type { Recipe } from './recipe';
import type { SelfTestRow } from './system';
import type { ErrorShape } from './worker-error';

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
export type InterruptionCause = 'ended' | 'included' | 'again' | 'deleted';

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
