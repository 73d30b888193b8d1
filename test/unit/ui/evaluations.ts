/** Small evaluations as runs have them, for tests of what the page shows of them. */

export function evaluatedModel(name: string, reward: number, winRate: number | null) {
  const interval = { low: reward - 1, high: reward + 1 };
  const rate = { against: 'sft', win_rate: winRate ?? 0, interval: { low: 0.1, high: 0.9 } };
  return {
    name,
    reward: { mean: reward, std: 1, interval },
    response_length: { mean: 9 },
    ...{ end_token_rate: 1, distinct_1: 0.5, distinct_2: 0.5, repetition: 0, kl_from_sft: null },
    implicit_rewards: { against_reference: null, against_sft: null },
    win_rates:
      winRate === null ? [] : [{ ...rate, length_controlled: winRate, length_controlled_interval: rate.interval }],
  };
}

export function evaluation(...models: ReturnType<typeof evaluatedModel>[]) {
  return {
    settings: { held_out_prompts: 1, held_out_pairs: 1, bootstrap_samples: 1 },
    models,
    warnings: [],
    plots: {
      reward_comparison: { bars: [] },
      reward_distributions: { bin_edges: [0, 1], series: [] },
      improvement_trajectory: { points: [] },
    },
    prompts: [],
  };
}

export const base = evaluatedModel('base', 0.5, null);
export const sft = evaluatedModel('sft', 0.4, null);
/** Its first round is better than its second. */
export const better = evaluation(
  base,
  sft,
  evaluatedModel('dpo_round1', 0.9, 0.8),
  evaluatedModel('dpo_round2', 1.2, 0.7),
);
