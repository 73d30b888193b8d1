/** The best round of a run, for the list of runs. Pure. */
import type { RunState } from '../../../protocol/studio';
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

export type SortKey = 'activity' | 'name' | 'winRate' | 'size';

export const sizeOf = ({ outputs }: Pick<RunState, 'outputs'>): number =>
  outputs.reduce((sum, { bytes }) => sum + bytes, 0);

export const activityOf = ({ lastActivityAt, createdAt }: RunState): number => lastActivityAt ?? createdAt;

/** Sorted: names from A, all else from the highest down; runs without a win rate last. */
export function sortRuns(runs: readonly RunState[], key: SortKey): RunState[] {
  const value = (run: RunState): number => {
    if (key === 'size') return sizeOf(run);
    return key === 'winRate' ? (bestRound(run)?.winRate ?? -1) : activityOf(run);
  };
  if (key === 'name') return runs.toSorted((a, b) => a.name.localeCompare(b.name));
  return runs.toSorted((a, b) => value(b) - value(a));
}
