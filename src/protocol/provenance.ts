/** Where results come from, and what unfinished stages have kept. Types only. */

/** One thing that a stage's result was made from. */
export interface ProvenanceInput {
  /** What it was to the stage: 'model', 'dataset', 'start', 'reward', ... */
  role: string;
  contentHash: string;
  /** The stage of the same run that made it; null for what came from outside the run. */
  stage: string | null;
}

/** Where an output of a run comes from. Hashes are SHA-256, as in run.json. */
export interface Provenance {
  /** The stage that made it. */
  stage: string;
  /** Of all files of the stage's result. */
  contentHash: string;
  inputs: ProvenanceInput[];
  /** Milliseconds since 1970. */
  finishedAt: number;
  /** Seconds of work. */
  seconds: number;
  /** Set where the run found the result of an earlier one and took it; its times are then those of the taking. */
  reused: { from: ComputingRun | null } | null;
}

/** The run that computed a result which others took. */
export interface ComputingRun {
  runId: string;
  name: string;
  /** Milliseconds since 1970. */
  finishedAt: number;
  /** Seconds of work. */
  seconds: number;
}

/** A result that a run made or took, as it lies in the storage: results with the same key are one. */
export interface StoredResult {
  runId: string;
  path: string;
  /** The stage that made it. */
  stage: string;
  key: string;
  contentHash: string;
}

/** What an unfinished stage has kept, so that it need not start again. */
export interface CheckpointSummary {
  runId: string;
  stage: string;
  /** Units of the stage that are done; null when the newest checkpoint cannot be read. */
  done: number | null;
  /** Of all checkpoints of the stage: there are up to two. */
  bytes: number;
}
