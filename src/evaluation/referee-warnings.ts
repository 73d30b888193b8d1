/**
 * Over-optimisation as a referee sees it (method.md section 6): the training reward rises while the referee's is flat or falls. Each
 * model is compared with the earlier one of the highest referee's score, prompt by prompt.
 */
import type { OptimisationWarning } from './over-optimisation';
import { mean, pairedDifference } from './statistics';

/** SFT and every later model, in order: the reward model's and the referee's score of its response to each held-out prompt. */
export interface RefereePoint {
  model: string;
  rewards: number[];
  referees: number[];
}

/**
 * One warning for each model whose reward is above that of the best model before it beyond chance (95%), while the referee's is
 * not: its interval of the difference holds 0 (flat) or lies below it (fell).
 */
export function refereeWarnings(
  points: readonly RefereePoint[],
  samples: number,
  random: (purpose: string, model: string) => () => number,
): OptimisationWarning[] {
  return points.flatMap((point, i) => {
    const best = points.slice(0, i).reduce<RefereePoint | null>(higherReferee, null);
    if (!best) return [];
    const { model } = point;
    const reward = pairedDifference(point.rewards, best.rewards, samples, random('reward rise', model));
    const referee = pairedDifference(point.referees, best.referees, samples, random('referee rise', model));
    if (reward.interval.low <= 0 || referee.interval.low > 0) return [];
    return [{ model, message: describe(best, point, reward, referee) }];
  });
}

function higherReferee(best: RefereePoint | null, point: RefereePoint): RefereePoint {
  return best === null || mean(point.referees) > mean(best.referees) ? point : best;
}

type Difference = ReturnType<typeof pairedDifference>;

const signed = (value: number) => `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
const text = ({ difference, interval }: Difference) =>
  `${signed(difference)} [${signed(interval.low)}, ${signed(interval.high)}]`;

function describe(best: RefereePoint, point: RefereePoint, reward: Difference, referee: Difference): string {
  const fell = referee.interval.high < 0;
  return (
    `${fell ? 'Over-optimisation' : 'Possible over-optimisation'}: from ${best.model} to ${point.model} the reward rose by ` +
    `${text(reward)}, but the referee’s score ${fell ? 'fell' : 'shows no rise beyond chance'}: ${text(referee)}. ` +
    'The referee did not make the pairs. ' +
    (fell
      ? 'Use the earlier round, a higher beta, or a lower learning rate.'
      : 'Evaluate on more prompts, or trust the earlier round.')
  );
}
