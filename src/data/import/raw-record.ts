/** What the readers of every format hand on, and what they are told. Types only. */
import type { ImportLimits } from './limits';

/**
 * A record or why it cannot be read. `line` counts from 1: the line, the element of a JSON list, the row of a parquet
 * file, or the row of a CSV file as a spreadsheet shows it (the header is row 1).
 */
export type RawRecord = { line: number; json: unknown } | { line: number; fault: string };

export interface ReadOptions {
  limits: ImportLimits;
  /** Ends the reading with the signal's reason. */
  signal?: AbortSignal;
  /** Bytes of the file (as it is, packed or not) that have been read. */
  onBytes?: (done: number) => void;
  /** Columns that are wanted; parquet files are read without the others. */
  columns?: readonly string[];
}
