/** What the list of runs and their comparison say of evaluations. */
import { describe, expect, it } from 'vitest';
import { recipePresets } from '../../../src/protocol/recipe';
import type { RunState } from '../../../src/protocol/studio';
import { recipeDifferences } from '../../../src/ui/features/compare/recipe-differences';
import { runSeries } from '../../../src/ui/features/compare/run-series';
import { bestRound, sortRuns } from '../../../src/ui/features/runs/run-results';
import { formatSince } from '../../../src/ui/primitives/format';
import { runRecord } from '../../support/stored-records';

function evaluatedModel(name: string, reward: number, winRate: number | null) {
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

function evaluation(...models: ReturnType<typeof evaluatedModel>[]) {
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

const base = evaluatedModel('base', 0.5, null);
const sft = evaluatedModel('sft', 0.4, null);
const better = evaluation(base, sft, evaluatedModel('dpo_round1', 0.9, 0.8), evaluatedModel('dpo_round2', 1.2, 0.7));

const run = (id: string, changes: Partial<RunState>): RunState => ({ ...runRecord(id).state, ...changes });

describe('the best round', () => {
  it('is the one with the highest win rate against SFT, not the last', () => {
    expect(bestRound({ evaluation: better })).toEqual({
      model: 'dpo_round1',
      winRate: 0.8,
      low: 0.1,
      high: 0.9,
      gold: null,
    });
  });

  it('is none before an evaluation, without rounds, or for what cannot be read', () => {
    for (const missing of [null, { models: 3 }, evaluation(base, sft)])
      expect(bestRound({ evaluation: missing })).toBeNull();
  });
});

it('runs are sorted by activity, name, win rate and size', () => {
  const outputs = (bytes: number) => [{ path: 'run.json', bytes }];
  const runs = [
    run('a', { name: 'b', createdAt: 1, lastActivityAt: 50, outputs: outputs(2), evaluation: null }),
    run('b', { name: 'a', createdAt: 9, outputs: outputs(3), evaluation: better }),
    run('c', {
      name: 'c',
      createdAt: 70,
      outputs: outputs(1),
      evaluation: evaluation(evaluatedModel('dpo_round1', 0, 0.9)),
    }),
  ];
  const order = (key: Parameters<typeof sortRuns>[1]) =>
    sortRuns(runs, key)
      .map(({ id }) => id)
      .join('');
  expect([order('activity'), order('name'), order('winRate'), order('size')]).toEqual(['cab', 'bac', 'cba', 'bac']);
});

it('a comparison lists the settings that differ, and lines rounds up', () => {
  const { demo } = recipePresets;
  const differences = recipeDifferences([demo, { ...demo, name: 'other', dpoBeta: 0.1, temperatures: [0.9, 0.8] }]);
  expect(differences.map(({ field }) => field)).toEqual(['dpoBeta', 'temperatures']);
  expect(differences[1]?.values).toEqual(['0.9', '0.9, 0.8']);
  const rows = runSeries([{ evaluation: better }, { evaluation: null }, { evaluation: evaluation(sft) }], 'winRate');
  expect(rows).toEqual([
    { round: 0, values: [0.5, null, 0.5] },
    { round: 1, values: [0.8, null, null] },
    { round: 2, values: [0.7, null, null] },
  ]);
});

it('times are told as people say them', () => {
  const minute = 60_000;
  const told = [0.5, 5, 59, 61, 25 * 60, 3 * 24 * 60].map((minutes) => formatSince(0, minutes * minute));
  expect(told).toEqual(['just now', '5 minutes ago', '59 minutes ago', '1 hour ago', 'yesterday', '3 days ago']);
});
