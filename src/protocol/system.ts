/** What the System page shows besides the studio's state. Types only. */

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

export interface SystemReport {
  /** Of the latest run that measured or remembered its tiles on this browser. */
  tiles: TileRow[];
  /** What happened in the worker, oldest first, the last few hundred. */
  events: SystemEvent[];
}
