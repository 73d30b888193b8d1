/** What the list of runs says of each: its best round, its size, and which are shown in which order. Pure. */
import { hasResult } from '../../../protocol/status';
import type { RunState, RunStatus } from '../../../protocol/run-state';
import { shownEvaluation } from '../../primitives/shown-evaluation';

export interface BestRound {
  /** As the evaluation names it, 'dpo_round2'. */
  model: string;
  /** Against SFT, with its 95% interval. */
  winRate: number;
  low: number;
  high: number;
  /** The demo's gold score; null for other data. */
  gold: number | null;
}

/** The round with the highest win rate against SFT; null before any was evaluated. */
export function bestRound({ evaluation }: Pick<RunState, 'evaluation'>): BestRound | null {
  const models = shownEvaluation(evaluation)?.models ?? [];
  const rounds = models.flatMap(({ name, win_rates: rates, gold }) => {
    const rate = rates.find(({ against }) => against === 'sft');
    if (!rate) return [];
    return [{ model: name, winRate: rate.win_rate, ...rate.interval, gold: gold?.mean ?? null }];
  });
  return rounds.toSorted((a, b) => b.winRate - a.winRate)[0] ?? null;
}

export interface RunSize {
  /** Of the results of its stages; of its outputs where that is not known. */
  bytes: number;
  /** How much of them other runs use too, so that it stays when this run is deleted. */
  shared: number;
  /** False where a stage finished in a version that did not note the size of its result. */
  exact: boolean;
}

/** How many runs use each result, by its key. */
export function resultUses(runs: readonly Pick<RunState, 'stages'>[]): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const { stages } of runs) {
    for (const key of new Set(stages.flatMap(({ result }) => result?.key ?? [])))
      uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  return uses;
}

/** @param uses of all runs, see `resultUses` */
export function runSize(
  { stages, outputs }: Pick<RunState, 'stages' | 'outputs'>,
  uses: ReadonlyMap<string, number>,
): RunSize {
  const results = new Map(stages.flatMap(({ result }) => (result ? [[result.key, result.bytes] as const] : [])));
  if (stages.some((stage) => hasResult(stage) && !stage.result))
    return { bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0), shared: 0, exact: false };
  const size: RunSize = { bytes: 0, shared: 0, exact: true };
  for (const [key, bytes] of results) {
    size.bytes += bytes;
    if ((uses.get(key) ?? 0) > 1) size.shared += bytes;
  }
  return size;
}

export const activityOf = ({ lastActivityAt, createdAt }: RunState): number => lastActivityAt ?? createdAt;

export type SortKey = 'activity' | 'name' | 'winRate' | 'size';

export interface RunOrder {
  key: SortKey;
  /** Names from A, all else from the highest down; reversed the other way. */
  reversed: boolean;
}

const compareNames = (a: RunState, b: RunState) => a.name.localeCompare(b.name, undefined, { numeric: true });

/** In that order; runs without a win rate last, whichever way. */
export function sortRuns(runs: readonly RunState[], { key, reversed }: RunOrder): RunState[] {
  const uses = resultUses(key === 'size' ? runs : []);
  const value = (run: RunState): number => {
    if (key === 'size') return runSize(run, uses).bytes;
    return key === 'winRate' ? (bestRound(run)?.winRate ?? Number.NaN) : activityOf(run);
  };
  const sign = reversed ? -1 : 1;
  if (key === 'name') return runs.toSorted((a, b) => sign * compareNames(a, b));
  const values = new Map(runs.map((run) => [run, value(run)]));
  const of = (run: RunState) => values.get(run) ?? Number.NaN;
  return runs.toSorted((a, b) => {
    const [x, y] = [of(a), of(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return sign * (y - x);
  });
}

export interface RunFilter {
  /** Words of which each has to be in the run's, its model's or its data's name. */
  text: string;
  /** null for any. */
  status: RunStatus | null;
}

/** @param namesOf what a run is found by */
export function filterRuns(
  runs: readonly RunState[],
  { text, status }: RunFilter,
  namesOf: (run: RunState) => readonly string[],
): RunState[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter((run) => {
    if (status !== null && run.status !== status) return false;
    const names = namesOf(run).join('\n').toLowerCase();
    return words.every((word) => names.includes(word));
  });
}
