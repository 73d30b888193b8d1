/** The evaluation of some runs, round by round, as rows of a chart and of a table. Pure. */
import { shownEvaluationSchema, type EvaluatedModel } from '../../../protocol/evaluation';
import type { RunState } from '../../../protocol/studio';

export const measures = {
  winRate: { label: 'Win rate against SFT', unit: 'share', glossary: 'win_rate' },
  reward: { label: 'Mean reward', unit: 'reward', glossary: 'reward' },
  accuracy: { label: 'Implicit accuracy', unit: 'share', glossary: 'implicit_accuracy' },
  gold: { label: 'Gold score', unit: '0 to 1', glossary: 'gold' },
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

const roundOf = (name: string): number | null => {
  if (name === 'sft') return 0;
  const [, round] = /^dpo_round(\d+)$/.exec(name) ?? [];
  return round === undefined ? null : Number(round);
};

/** By round, 0 for SFT: one value a run, null where there is none. */
export type SeriesRow = { round: number; values: (number | null)[] };

export function runSeries(runs: readonly Pick<RunState, 'evaluation'>[], measure: Measure): SeriesRow[] {
  const rows = new Map<number, (number | null)[]>();
  for (const [index, { evaluation }] of runs.entries()) {
    const parsed = shownEvaluationSchema.safeParse(evaluation);
    if (!parsed.success) continue;
    for (const model of parsed.data.models) {
      const round = roundOf(model.name);
      const value = round === null ? null : valueOf(model, measure);
      if (round === null || value === null) continue;
      const row = rows.get(round) ?? runs.map(() => null);
      row[index] = value;
      rows.set(round, row);
    }
  }
  return [...rows].map(([round, values]) => ({ round, values })).toSorted((a, b) => a.round - b.round);
}
