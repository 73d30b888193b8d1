/**
 * The numbers of the plots, so that the page's charts and the PNG files show the same. Pure; draws nothing.
 */
import type {
  GoldTrajectoryPoint,
  ModelResults,
  PlotData,
  RefereeTrajectoryPoint,
  TrajectoryPoint,
} from './results-schema';
import { binCount, binEdges, histogram } from './statistics';

function trajectoryPoint(model: ModelResults): TrajectoryPoint {
  const even = model.name === 'sft' ? 0.5 : null;
  const duel = model.win_rates.find(({ against }) => against === 'sft');
  const implicit = model.implicit_rewards.against_sft ?? model.implicit_rewards.against_reference;
  return {
    model: model.name,
    reward: model.reward.mean,
    reward_low: model.reward.interval.low,
    reward_high: model.reward.interval.high,
    win_rate: duel?.win_rate ?? even,
    win_rate_low: duel?.interval.low ?? even,
    win_rate_high: duel?.interval.high ?? even,
    length_controlled_win_rate: duel?.length_controlled ?? even,
    implicit_accuracy: implicit?.accuracy ?? null,
  };
}

function goldPoint({ name, reward, gold }: ModelResults): GoldTrajectoryPoint[] {
  if (!gold) return [];
  const { low, high } = reward.interval;
  const known = { gold: gold.mean, gold_low: gold.interval.low, gold_high: gold.interval.high };
  return [{ model: name, reward: reward.mean, reward_low: low, reward_high: high, ...known }];
}

function refereePoint({ name, reward, referee }: ModelResults): RefereeTrajectoryPoint[] {
  if (!referee) return [];
  const { low, high } = reward.interval;
  const known = { referee: referee.mean, referee_low: referee.interval.low, referee_high: referee.interval.high };
  return [{ model: name, reward: reward.mean, reward_low: low, reward_high: high, ...known }];
}

/**
 * @param models figures of the models, in order
 * @param rewards rewards[i] are all rewards of models[i] on the held-out prompts
 */
export function plotData(models: readonly ModelResults[], rewards: readonly (readonly number[])[]): PlotData {
  const goldPoints = models.flatMap(goldPoint);
  const refereePoints = models.flatMap(refereePoint);
  const edges = binEdges(rewards.flat(), binCount(rewards[0]?.length ?? 0));
  return {
    reward_comparison: {
      bars: models.map(({ name, reward }) => ({
        model: name,
        mean: reward.mean,
        low: reward.interval.low,
        high: reward.interval.high,
      })),
    },
    reward_distributions: {
      bin_edges: edges,
      series: models.map(({ name }, i) => ({ model: name, counts: histogram(rewards[i] ?? [], edges) })),
    },
    improvement_trajectory: { points: models.map(trajectoryPoint) },
    gold_trajectory: goldPoints.length > 0 ? { points: goldPoints } : null,
    ...(refereePoints.length > 0 && { referee_trajectory: { points: refereePoints } }),
  };
}
