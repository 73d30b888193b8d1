/** The evaluation of some runs, round by round, as rows of a chart and of a table. Pure. */
import type { EvaluatedModel } from '../../../protocol/evaluation';
import { roundOfModel } from '../../../protocol/model-name';
import type { RunState } from '../../../protocol/studio';
import { shownEvaluation } from '../../primitives/shown-evaluation';

export const measures = {
  winRate: { label: 'Win rate against SFT', unit: 'share', help: 'win_rate' },
  reward: { label: 'Mean reward', unit: 'reward', help: 'reward' },
  accuracy: { label: 'Implicit accuracy', unit: 'share', help: 'implicit_accuracy' },
  gold: { label: 'Gold score', unit: '0 to 1', help: 'gold' },
} as const;
export type Measure = keyof typeof measures;

function valueOf(model: EvaluatedModel, measure: Measure): number | null {
  switch (measure) {
    case 'winRate':
      return model.win_rates.find(({ against }) => against === 'sft')?.win_rate ?? (model.name === 'sft' ? 0.5 : null);
    case 'reward':
      return model.reward.mean;
    case 'accuracy':
      return model.implicit_rewards.against_sft?.accuracy ?? model.implicit_rewards.against_reference?.accuracy ?? null;
    case 'gold':
      return model.gold?.mean ?? null;
  }
}

/** By round, 0 for SFT: one value a run, null where there is none. */
export type SeriesRow = { round: number; values: (number | null)[] };

export function runSeries(runs: readonly Pick<RunState, 'evaluation'>[], measure: Measure): SeriesRow[] {
  const rows = new Map<number, (number | null)[]>();
  for (const [index, { evaluation }] of runs.entries()) {
    for (const model of shownEvaluation(evaluation)?.models ?? []) {
      const round = roundOfModel(model.name);
      const value = round === null ? null : valueOf(model, measure);
      if (round === null || value === null) continue;
      const row = rows.get(round) ?? runs.map(() => null);
      row[index] = value;
      rows.set(round, row);
    }
  }
  return [...rows].map(([round, values]) => ({ round, values })).toSorted((a, b) => a.round - b.round);
}
