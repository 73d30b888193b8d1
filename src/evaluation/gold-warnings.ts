/**
 * Over-optimisation as it is seen with gold scores (Gao et al. 2023): the reward goes on rising while the true quality falls.
 * Each model is compared with the earlier one of the highest gold score, prompt by prompt. Only for the demo's data.
 */
import type { OptimisationWarning } from './over-optimisation';
import { mean, pairedDifference } from './statistics';

/** SFT and every later model, in order: reward and gold score of its response to each held-out prompt. */
export interface GoldPoint {
  model: string;
  rewards: number[];
  golds: number[];
}

/** One warning for each model whose reward is above, and whose gold score is below the best model before it, both beyond chance (95%). */
export function goldWarnings(
  points: readonly GoldPoint[],
  samples: number,
  random: (purpose: string, model: string) => () => number,
): OptimisationWarning[] {
  return points.flatMap((point, i) => {
    const best = points.slice(0, i).reduce<GoldPoint | null>(higherGold, null);
    if (!best) return [];
    const reward = pairedDifference(point.rewards, best.rewards, samples, random('reward rise', point.model));
    const gold = pairedDifference(point.golds, best.golds, samples, random('gold fall', point.model));
    const hacked = reward.interval.low > 0 && gold.interval.high < 0;
    return hacked ? [{ model: point.model, message: describe(best, point) }] : [];
  });
}

function higherGold(best: GoldPoint | null, point: GoldPoint): GoldPoint {
  return best === null || mean(point.golds) > mean(best.golds) ? point : best;
}

function describe(best: GoldPoint, point: GoldPoint): string {
  const change = (values: (point: GoldPoint) => number[]) =>
    `from ${mean(values(best)).toFixed(3)} to ${mean(values(point)).toFixed(3)}`;
  return (
    `Over-optimisation: from ${best.model} to ${point.model} the reward rose ${change(({ rewards }) => rewards)}, but the ` +
    `gold score fell ${change(({ golds }) => golds)}. The model has learned to please the reward model, not to answer ` +
    'better. Use the earlier round, a higher beta, or a lower learning rate.'
  );
}
