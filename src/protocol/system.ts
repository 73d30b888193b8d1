/** What the System page shows besides the studio's state. Types only. */
import type { MemoryByCategory } from './run-state';

/** One kernel of the self-test: how far it was off its CPU reference, and what is allowed. Both relative to the largest value. */
export interface SelfTestRow {
  kernel: string;
  error: number;
  tolerance: number;
}

/** The choice of a matmul's tile, as measured on this adapter. */
export interface TileRow {
  /** What it is for, by the engine's name. */
  use: string;
  tile: string;
  flopsPerSecond: number;
}

export interface SystemEvent {
  /** Milliseconds since 1970. */
  at: number;
  level: 'info' | 'error';
  message: string;
}

/** GPU memory held at one moment of a run. */
export interface MemorySample {
  /** Milliseconds since 1970. */
  at: number;
  /** The stage at work; null while the run loads, tests or closes. */
  stage: string | null;
  held: MemoryByCategory;
}

/** GPU memory of the run that worked last, from its start or continuation to its end. */
export interface MemoryTimeline {
  runId: string;
  /** What the run's engine may take; null for the definition engine, which takes what tfjs needs. */
  budgetBytes: number | null;
  /** Oldest first, a bounded number: the longer the run, the further apart. */
  samples: MemorySample[];
  /** The most at any time, also between two samples. */
  peak: { at: number; stage: string | null; bytes: number };
}

/** A self-test that the person asked for. */
export interface SelfTestAgain {
  /** The run whose engine was tested; null for the engine of a small model, before any run. */
  runId: string | null;
  /** When it ended, milliseconds since 1970. */
  at: number;
  /** Empty where it failed. */
  rows: SelfTestRow[];
  /** What was wrong; null when all kernels were right. */
  error: string | null;
}

/** How fast a stage of a run was. */
export interface StageSpeed {
  stage: string;
  /** Tokens trained or sampled, or responses scored, in a second. */
  perSecond: number;
  unit: 'tokens' | 'responses';
  /** Counted from the model's shape, as New run does. */
  flopsPerSecond: number;
}

export interface SystemReport {
  /** Of what computes; null before the worker was asked. */
  versions: { whetstone: string; engine: number; tfjs: string } | null;
  /** Of the latest run that measured or remembered its tiles on this browser. */
  tiles: TileRow[];
  /** The studio's matmul at its best on this adapter, measured on request; empty where it was not. */
  ceiling: TileRow[];
  /** What happened in this worker and earlier ones, oldest first, the last few hundred. */
  events: SystemEvent[];
  /** Of the run that worked last; null where none has, or only with an earlier version. */
  memory: MemoryTimeline | null;
  /** The last one in this worker, passed or failed; null for none. */
  selfTestAgain: SelfTestAgain | null;
}
