/** The evaluation of some runs, round by round, as rows of a chart and of a table. Pure. */
import type { EvaluatedModel } from '../../../protocol/evaluation';
import { roundOfModel } from '../../../protocol/model-name';
import type { RunState } from '../../../protocol/run-state';
import { formatPercent } from '../../primitives/format';
import { shownEvaluation } from '../../primitives/shown-evaluation';
import { scoreText, type Interval } from '../evaluation/score-format';

interface MeasureText {
  label: string;
  unit: string;
  /** Its name in the glossary. */
  help: string;
  /** A value as a person reads it. */
  show(value: number): string;
  /** Values beyond which there are none. */
  bounds: readonly [number, number];
  /** A value that means no difference, drawn as a line. */
  level?: number;
}

const anyNumber = [-Infinity, Infinity] as const;
const share = [0, 1] as const;

export const measures = {
  winRate: {
    ...{ label: 'Win rate against SFT', unit: 'of prompts, 95% intervals', help: 'win_rate' },
    ...{ show: formatPercent, bounds: share, level: 0.5 },
  },
  reward: {
    ...{ label: 'Mean reward', unit: 'reward, 95% intervals', help: 'reward' },
    ...{ show: scoreText, bounds: anyNumber },
  },
  accuracy: {
    ...{ label: 'Implicit accuracy', unit: 'of held-out pairs', help: 'implicit_accuracy' },
    ...{ show: formatPercent, bounds: share },
  },
  gold: {
    ...{ label: 'Gold score', unit: '0 to 1, 95% intervals', help: 'gold' },
    ...{ show: scoreText, bounds: share },
  },
} as const satisfies Record<string, MeasureText>;
export type Measure = keyof typeof measures;

export const textOf = (measure: Measure): MeasureText => measures[measure];

/** A figure with its 95% interval, where it has one. */
export interface SeriesValue {
  value: number;
  interval: Interval | null;
}

function valueOf(model: EvaluatedModel, measure: Measure): SeriesValue | null {
  const plain = (value: number | null | undefined): SeriesValue | null =>
    value === null || value === undefined ? null : { value, interval: null };
  switch (measure) {
    case 'winRate': {
      const rate = model.win_rates.find(({ against }) => against === 'sft');
      if (rate) return { value: rate.win_rate, interval: rate.interval };
      return plain(model.name === 'sft' ? 0.5 : null);
    }
    case 'reward':
      return { value: model.reward.mean, interval: model.reward.interval };
    case 'accuracy': {
      const { against_sft: sft, against_reference: reference } = model.implicit_rewards;
      return plain(sft?.accuracy ?? reference?.accuracy);
    }
    case 'gold':
      return model.gold && { value: model.gold.mean, interval: model.gold.interval };
  }
}

/** By round, 0 for SFT: one value a run, null where there is none. */
export type SeriesRow = { round: number; values: (SeriesValue | null)[] };

export function runSeries(runs: readonly Pick<RunState, 'evaluation'>[], measure: Measure): SeriesRow[] {
  const rows = new Map<number, (SeriesValue | null)[]>();
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

/** One run's figure of a round, where it is drawn. */
export interface SeriesPoint {
  round: number;
  /** The round and a little beside it, so that the intervals of runs do not lie on each other. */
  place: number;
  value: number;
  /** Lengths of the interval's two arms; none without an interval. */
  reach: [number, number] | undefined;
}

const STEP = 0.07;

/** @param run its place among `runs` runs */
export function seriesPoints(rows: readonly SeriesRow[], run: number, runs: number): SeriesPoint[] {
  return rows.flatMap(({ round, values }) => {
    const found = values[run];
    if (!found) return [];
    const { value, interval } = found;
    const reach: SeriesPoint['reach'] = interval ? [value - interval.low, interval.high - value] : undefined;
    return [{ round, place: round + STEP * (run - (runs - 1) / 2), value, reach }];
  });
}

/** The lowest and highest of all values and intervals. */
export function rangeOf(rows: readonly SeriesRow[]): [number, number] {
  const all = rows.flatMap(({ values }) =>
    values.flatMap((one) => (one ? [one.value, one.interval?.low ?? one.value, one.interval?.high ?? one.value] : [])),
  );
  return [Math.min(...all), Math.max(...all)];
}
