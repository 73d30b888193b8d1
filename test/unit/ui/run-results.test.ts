/** What the list of runs says of each, and which it shows in which order. */
import { describe, expect, it } from 'vitest';
import type { RunState, StageResult } from '../../../src/protocol/run-state';
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
import { base, better, evaluatedModel, evaluation, sft } from './evaluations';

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

it('times are told as people say them', () => {
  const minute = 60_000;
  const told = [0.5, 5, 59, 61, 25 * 60, 3 * 24 * 60].map((minutes) => formatSince(0, minutes * minute));
  expect(told).toEqual(['just now', '5 minutes ago', '59 minutes ago', '1 hour ago', 'yesterday', '3 days ago']);
});
