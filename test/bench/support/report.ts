/** What a benchmark run gives: rows for the terminal's table and for JSON. */
import type { Counts } from '../contender';
import type { Spread } from './paired';

/** A figure of the performance goals: bounds of the ratio, or of the value where there is no ratio. */
export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One contender in one setting. */
export interface BenchRow {
  readonly section: string;
  /** The setting: "pair 128 + 2 x 64". */
  readonly what: string;
  readonly contender: string;
  readonly unit: 's' | 'ms' | 'tokens/s' | 'GFLOP/s' | 'GB' | 'bytes/token' | '%';
  /** Over all runs; null where it could not run. */
  readonly value: Spread | null;
  /** How many times better `base` is than this contender, pair by pair; null for the base itself. */
  readonly ratio: Spread | null;
  readonly base: string | null;
  readonly runs: number;
  readonly counts: Counts | null;
  /** Further figures: losses, dispatches of a decoding step, ... */
  readonly more: Readonly<Record<string, number>>;
  /** Why it could not run, or is no peer. */
  readonly error: string | null;
  readonly goal?: Goal;
}

/** A row of one measurement, beside nobody. */
export function singleRow(
  row: Pick<BenchRow, 'section' | 'what' | 'contender' | 'unit'> & Partial<BenchRow>,
  figure: number,
): BenchRow {
  const value = { median: figure, min: figure, max: figure };
  return { value, ratio: null, base: null, runs: 1, counts: null, more: {}, error: null, ...row };
}

export interface BenchReport {
  readonly date: string;
  readonly adapter: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly options: Readonly<Record<string, string | number | boolean | null>>;
  readonly rows: readonly BenchRow[];
}

const short = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const spread = ({ median, min, max }: Spread) =>
  min === max ? short(median) : `${short(median)} (${short(min)}..${short(max)})`;
const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

function workOf({ dispatches, flops, peakBytes }: Counts): string {
  const work = flops > 0 ? `, ${(flops / 1e9).toPrecision(3)} GFLOP` : '';
  return `${dispatches} dispatches${work}, peak ${mebibytes(peakBytes)}`;
}

function goalText({ goal, ratio, value }: BenchRow): string {
  const reached = (ratio ?? value)?.median;
  if (goal === undefined || reached === undefined) return '';
  const { atLeast = -Infinity, atMost = Infinity } = goal;
  const bound = atLeast > -Infinity ? `at least ${short(atLeast)}` : `at most ${short(atMost)}`;
  return ` (goal: ${bound}: ${reached >= atLeast && reached <= atMost ? 'reached' : 'MISSED'})`;
}

/** One line of the terminal's table. */
export function formatRow(row: BenchRow): string {
  const head = `${row.section.padEnd(10)} ${row.what.padEnd(28)} ${row.contender.padEnd(26)}`;
  if (row.error !== null || row.value === null) return `${head} could not run: ${row.error}`;
  const ratio = row.ratio === null ? '' : `; ${row.base} is ${spread(row.ratio)} x better`;
  const more = Object.entries(row.more).map(([name, value]) => `, ${name} ${short(value)}`);
  const work = row.counts === null ? '' : `; ${workOf(row.counts)}`;
  return `${head} ${spread(row.value)} ${row.unit}${ratio}${goalText(row)}${work}${more.join('')}`;
}

export const errorText = (error: unknown): string =>
  error instanceof Error ? error.message.split('\n')[0]! : String(error);
