/** The time left of a run that has begun: from its own stages, else from earlier speed scaled by them, else nothing. */
import { describe, expect, it, vi } from 'vitest';
import type { TrainingClient } from '../../../src/client/training-client';
import type { RunCost, Speed, StageCost } from '../../../src/protocol/run-cost';
import type { StageKind, StageState } from '../../../src/protocol/run-state';
import { createRunCommands } from '../../../src/store/run-commands';
import { runTimeLeft } from '../../../src/store/run-time';
import { createStudioStore } from '../../../src/store/studio-store';
import { datasetSummary, modelSummary } from '../../support/stored-records';
import { emptyState } from '../client/fake-worker';
import { runOf, stageOf } from './fixtures';

const cost = (kind: StageKind, round: number, passes: number, generation = 0): StageCost => ({
  ...{ id: round > 0 ? `round${round}.${kind}` : kind, kind, steps: null, responses: null },
  operations: { passes, generation },
});
const costs = [
  cost('sft', 0, 100),
  cost('reward', 0, 200),
  cost('generate', 1, 0, 30),
  cost('train', 1, 400),
  cost('evaluate', 1, 50, 10),
  cost('generate', 2, 0, 60),
  cost('train', 2, 800),
];
const rate = (flopsPerSecond: number) => ({ flopsPerSecond, from: 'runs' as const });
const unknown: Speed = { passes: null, generation: null };
const stages = (...changes: Partial<StageState>[]): StageState[] =>
  costs.map(({ id, kind }, i) =>
    stageOf({ id, kind, status: 'pending', seconds: 0, secondsLeft: null, done: 0, total: 0, ...changes[i] }),
  );
const done = (seconds: number) => ({ status: 'done' as const, seconds });
const left = (changes: Partial<StageState>[], speed: Speed = unknown) => {
  const { stages: own, total } = runTimeLeft(stages(...changes), { stages: costs, speed });
  return { own: [...own.values()], total };
};

describe('the time left of a run', () => {
  it('is not told where no speed is known: generation was never seen', () => {
    expect(left([])).toEqual({ own: Array(7).fill(null), total: null });
    // Passes are known from SFT: 100 in 10 s.
    expect(left([done(10)])).toEqual({ own: [0, 20, null, 40, null, null, 80], total: null });
  });

  it('is the adapter’s earlier speed at first, and as much slower as the run turns out to be', () => {
    const before = { passes: rate(10), generation: rate(1) };
    expect(left([], before)).toEqual({ own: [10, 20, 30, 40, 15, 60, 80], total: 255 });
    // SFT took twice as long as expected: generation, not seen yet, is taken as twice as slow too.
    expect(left([done(20)], before)).toEqual({ own: [0, 40, 60, 80, 30, 120, 160], total: 490 });
  });

  it('is by stages of the same kind in earlier rounds, whatever the speed of others', () => {
    const ran = [done(10), done(20), done(90), done(400), done(5)];
    expect(left(ran, { passes: rate(10), generation: rate(1) })).toEqual({
      own: [0, 0, 0, 0, 0, 180, 800],
      total: 980,
    });
  });

  it('of the stage at work is what it says itself, which tells of others too; a checkpoint’s work is not done again', () => {
    const running = { status: 'running' as const, seconds: 4, secondsLeft: 6 };
    expect(left([running]).own).toEqual([6, 20, null, 40, null, null, 80]);
    const begun = { status: 'running' as const, seconds: 4, secondsLeft: null };
    expect(left([done(10), begun]).own[1]).toBe(16);
    expect(left([done(10), { done: 3, total: 4 }]).own[1]).toBe(5);
  });

  it('of what is there, reused or left out is none', () => {
    const over = costs.map(() => ({ status: 'skipped' as const }));
    expect(left(over)).toEqual({ own: Array(7).fill(0), total: 0 });
    expect(left([...over.slice(0, 6), { status: 'omitted' }]).total).toBe(0);
  });

  it('without a cost is only what the stage at work says', () => {
    const run = [stageOf({ status: 'done' }), stageOf({ id: 'reward', secondsLeft: 12 })];
    expect(runTimeLeft(run, null).total).toBe(12);
    expect(runTimeLeft([...run, stageOf({ id: 'x', status: 'pending' })], null).total).toBeNull();
  });
});

describe('the cost of a run', () => {
  it('is asked for its own model, data and recipe, and not when they are gone', async () => {
    const store = createStudioStore();
    const send = vi.fn(() => Promise.resolve({} as RunCost));
    const { planRunCost } = createRunCommands(store, { send: send as TrainingClient['send'] });
    const run = runOf({ importedAdapterId: 'a' });
    store.getState().receiveState({ ...emptyState, models: [modelSummary('m')], runs: [run] });
    expect(await planRunCost('run1')).toBeNull();
    expect(send).not.toHaveBeenCalled();
    store.getState().receiveState({
      ...{ ...emptyState, models: [modelSummary('m')], runs: [run] },
      datasets: [datasetSummary('d')],
    });
    await planRunCost('run1');
    const half = run.recipe.maxLength / 2;
    expect(send).toHaveBeenCalledWith('planCost', {
      ...{ modelId: 'm', datasetId: 'd', importedAdapter: true, recipe: run.recipe },
      lengths: { prompt: half, chosen: half, rejected: half, from: 'limits' },
    });
  });
});
