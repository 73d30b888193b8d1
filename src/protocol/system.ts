/** What the System page shows besides the studio's state. Types only. */
import type { MemoryByCategory } from './studio';

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
  /** The run whose engine was tested. */
  runId: string;
  /** When it ended, milliseconds since 1970. */
  at: number;
  rows: SelfTestRow[];
}

export interface SystemReport {
  /** Of the latest run that measured or remembered its tiles on this browser. */
  tiles: TileRow[];
  /** What happened in the worker, oldest first, the last few hundred. */
  events: SystemEvent[];
  /** null until a run has worked in this worker. */
  memory: MemoryTimeline | null;
  /** The last one that passed in this worker; null for none. */
  selfTestAgain: SelfTestAgain | null;
}
