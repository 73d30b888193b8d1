/** Two models' duels as evaluation_results.json keeps them, whoever scores. */
import type { ModelResults } from './results-schema';
import { duels, winFigures, type Contender } from './win-rate';

/** @param against the opponent's name; both lists are in the same order of prompts */
export function winRecord(
  against: string,
  model: readonly Contender[],
  opponent: readonly Contender[],
  samples: number,
  random: () => number,
): ModelResults['win_rates'][number] {
  const figures = winFigures(duels(model, opponent), samples, random);
  return {
    against,
    win_rate: figures.winRate,
    interval: figures.interval,
    length_controlled: figures.lengthControlled,
    length_controlled_interval: figures.lengthControlledInterval,
  };
}
