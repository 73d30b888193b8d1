/** What the list of runs and their comparison say of evaluations. */
import { describe, expect, it } from 'vitest';
import { recipePresets } from '../../../src/protocol/recipe';
import type { RunState, StageResult } from '../../../src/protocol/studio';
import { recipeDifferences } from '../../../src/ui/features/compare/recipe-differences';
import { runSeries } from '../../../src/ui/features/compare/run-series';
import {
  bestRound,
  filterRuns,
  resultUses,
  runSize,
  sortRuns,
  type RunFilter,
  type SortKey,
} from '../../../src/ui/features/runs/run-results';
import { formatSince } from '../../../src/ui/primitives/format';
import { runRecord, stageState } from '../../support/stored-records';

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

const finished = (id: string, result?: StageResult) => stageState(id, { status: 'done', ...(result && { result }) });
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

it('runs are sorted by activity, name, win rate and size, both ways, those without a win rate last', () => {
  const outputs = (bytes: number) => [{ path: 'run.json', bytes }];
  const runs = [
    run('a', { name: 'b', createdAt: 1, lastActivityAt: 50, outputs: outputs(2), evaluation: null }),
    run('b', { name: 'a', createdAt: 9, outputs: outputs(3), evaluation: better, stages: [finished('sft')] }),
    run('c', {
      name: 'c',
      createdAt: 70,
      stages: [finished('sft', { key: 'k', bytes: 1 })],
      evaluation: evaluation(evaluatedModel('dpo_round1', 0, 0.9)),
    }),
  ];
  const order = (key: SortKey, reversed: boolean) =>
    sortRuns(runs, { key, reversed })
      .map(({ id }) => id)
      .join('');
  const keys = ['activity', 'name', 'winRate', 'size'] as const;
  expect(keys.map((key) => order(key, false))).toEqual(['cab', 'bac', 'cba', 'bca']);
  expect(keys.map((key) => order(key, true))).toEqual(['bac', 'cab', 'bca', 'acb']);
});

describe('the size of a run', () => {
  const outputs = [{ path: 'run.json', bytes: 99 }];
  const sizes = (runs: RunState[]) => runs.map((one) => runSize(one, resultUses(runs)));

  it('is that of its stages’ results, and says what other runs use too', () => {
    const first = [finished('sft', { key: 's', bytes: 100 }), finished('round1.train', { key: 't', bytes: 20 })];
    const other = [
      finished('sft', { key: 's', bytes: 100 }),
      stageState('round1.train'),
      stageState('round1.evaluate'),
    ];
    expect(sizes([run('a', { stages: first, outputs }), run('b', { stages: other, outputs })])).toEqual([
      { bytes: 120, shared: 100, exact: true },
      { bytes: 100, shared: 100, exact: true },
    ]);
    // Two rounds of one run may have made the same, which is stored once and goes with it.
    const twice = [
      finished('round1.train', { key: 't', bytes: 20 }),
      finished('round2.train', { key: 't', bytes: 20 }),
    ];
    expect(sizes([run('a', { stages: twice, outputs })])).toEqual([{ bytes: 20, shared: 0, exact: true }]);
  });

  it('is that of its outputs where an earlier version did not note the results', () => {
    const stages = [finished('sft', { key: 's', bytes: 100 }), finished('reward')];
    expect(sizes([run('a', { stages, outputs })])).toEqual([{ bytes: 99, shared: 0, exact: false }]);
  });
});

it('runs are found by words of their own, their model’s or their data’s name, and by status', () => {
  const runs = [run('a', { name: 'first try', status: 'failed' }), run('b', { name: 'second', status: 'finished' })];
  const found = (text: string, status: RunFilter['status'] = null) =>
    filterRuns(runs, { text, status }, ({ name, id }) => [name, id === 'a' ? 'TinyLlama' : 'GPT-2', 'HH']).map(
      ({ id }) => id,
    );
  expect([found(' '), found('llama TRY'), found('hh'), found('hh second'), found('third')]).toEqual([
    ['a', 'b'],
    ['a'],
    ['a', 'b'],
    ['b'],
    [],
  ]);
  expect([found('', 'finished'), found('try', 'finished')]).toEqual([['b'], []]);
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
