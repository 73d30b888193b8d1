/** Win rates as points of a drawing: one row a duel, one point a measure. Pure; draws nothing. */
import type { EvaluatedModel, ShownWinRate } from '../../../protocol/evaluation';

/** How each measure is drawn and called. */
export const marks = {
  reward: { label: 'by reward', shape: 'circle', hollow: false, sign: '●' },
  rewardEqualLength: { label: 'by reward, length-controlled', shape: 'circle', hollow: true, sign: '○' },
  referee: { label: 'by referee', shape: 'square', hollow: false, sign: '■' },
  refereeEqualLength: { label: 'by referee, length-controlled', shape: 'square', hollow: true, sign: '□' },
} as const;
export type Measure = keyof typeof marks;

export interface DuelMark {
  model: string;
  measure: Measure;
  /** Index of the duel. */
  row: number;
  /** Where it is drawn: the row, and a little above or below it. */
  height: number;
  rate: number;
  low: number;
  high: number;
  /** Lengths of the interval's two arms. */
  reach: [number, number];
}

const STEP = 0.19;

function pointsOf(duel: ShownWinRate, plain: Measure, controlled: Measure) {
  const { win_rate, interval, length_controlled, length_controlled_interval } = duel;
  return [
    { measure: plain, rate: win_rate, ...interval },
    { measure: controlled, rate: length_controlled, ...length_controlled_interval },
  ];
}

/** The duels, in the order of the models. The base model's against SFT would only mirror SFT's against the base. */
export function duelsOf(models: readonly EvaluatedModel[]) {
  const rows = models.flatMap(({ name, win_rates: duels }) =>
    name === 'base' ? [] : duels.map(({ against }) => ({ model: name, against })),
  );
  const points = rows.flatMap(({ model: name, against }, row): DuelMark[] => {
    const model = models.find((candidate) => candidate.name === name);
    const found = (duels: readonly ShownWinRate[] | undefined) =>
      duels?.filter((duel) => duel.against === against) ?? [];
    const own = [
      ...found(model?.win_rates).flatMap((duel) => pointsOf(duel, 'reward', 'rewardEqualLength')),
      ...found(model?.referee?.win_rates).flatMap((duel) => pointsOf(duel, 'referee', 'refereeEqualLength')),
    ];
    return own.map(({ measure, rate, low, high }, i) => ({
      model: name,
      measure,
      row,
      height: row + STEP * (i - (own.length - 1) / 2),
      rate,
      low,
      high,
      reach: [rate - low, high - rate],
    }));
  });
  return { rows, points };
}
