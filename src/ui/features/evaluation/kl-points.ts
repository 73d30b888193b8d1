/** Distance from SFT and scores of every model, for the picture of over-optimisation. Pure. */
import type { EvaluatedModel } from '../../../protocol/evaluation';
import { judges, type Judge } from './judges';

interface Score {
  mean: number;
  low: number;
  high: number;
}

export interface KlPoint {
  model: string;
  /** From SFT, in nats a response. */
  kl: number;
  scores: Partial<Record<Judge, Score>>;
}

const scoreOf = (figures: { mean: number; interval: { low: number; high: number } }): Score => ({
  mean: figures.mean,
  ...figures.interval,
});

/** SFT and the models whose KL from it is known. The base model is no step of the path: it lies before SFT. */
export function klPoints(models: readonly EvaluatedModel[]): KlPoint[] {
  return models.flatMap(({ name, kl_from_sft: kl, reward, referee, gold }) => {
    const distance = name === 'sft' ? 0 : kl?.per_response;
    if (name === 'base' || distance === undefined) return [];
    const scores = {
      reward: scoreOf(reward),
      ...(referee && { referee: scoreOf(referee) }),
      ...(gold && { gold: scoreOf(gold) }),
    };
    return [{ model: name, kl: distance, scores }];
  });
}

/** Where a point's name stands: to its right, and above, below or beside it. */
export type LabelSide = 'above' | 'below' | 'beside';

/**
 * Names stay off the line that joins the points: a line that leaves a point to the right and rises has its name below,
 * one that falls above; a point with no line to its right has it beside.
 */
export function labelSide(rows: readonly { kl: number; mean: number }[], index: number): LabelSide {
  const own = rows[index];
  const right = [rows[index - 1], rows[index + 1]].filter((row) => own && row && row.kl > own.kl);
  if (!own || right.length === 0) return 'beside';
  return right.every((row) => row && row.mean < own.mean) ? 'above' : 'below';
}

/** The judges that scored all of these points. */
export const klJudges = (points: readonly KlPoint[]): Judge[] =>
  judges.filter((judge) => points.every(({ scores }) => scores[judge]));
