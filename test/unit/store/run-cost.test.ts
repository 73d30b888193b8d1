/** The cost of the chosen run: what is asked of the worker and when, lengths from what is known, and seconds only from a known speed. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TrainingClient } from '../../../src/client/training-client';
import type { LengthStatistics, TokenReport } from '../../../src/protocol/dataset';
import { recipePresets } from '../../../src/protocol/recipe';
import type { RunCost, StageCost } from '../../../src/protocol/run-cost';
import type { AdapterSummary } from '../../../src/protocol/adapter';
import type { ModelSummary } from '../../../src/protocol/library';
import { meanTokens } from '../../../src/store/data-lengths';
import { draftOf, numberText } from '../../../src/store/recipe-draft';
import { recipeWarnings } from '../../../src/store/recipe-warnings';
import { keepCostCurrent } from '../../../src/store/run-cost';
import { startProblems } from '../../../src/store/setup';
import { createStudioStore } from '../../../src/store/studio-store';
import { speedOf, t4Speed, timeEstimate } from '../../../src/store/time-estimate';
import { emptyState } from '../client/fake-worker';
import { datasetSummary } from '../../support/stored-records';
import { runOf } from './fixtures';

const adapter: AdapterSummary = {
  ...{ vendor: 'v', architecture: 'a', description: '', software: false, features: [], maxBufferSize: 1 },
};
const model: ModelSummary = {
  ...{ id: 'm', name: 'm', architecture: 'llama', parameters: 1, bytes: 1, weightsDtype: 'F16' },
  ...{ vocabSize: 1, contextLength: 4096, hasChatTemplate: false, source: null },
};
const mean = (value: number): LengthStatistics => ({
  ...{ edges: [0, 1], counts: [1], count: 1, mean: value, median: value, p90: value, max: value },
});
const report = {
  ...{ files: [], droppedLines: [], prompts: 1, nearDuplicates: 0, nearDuplicateExamples: [], promptsInBoth: null },
  lengths: { prompt: mean(400), chosen: mean(200), rejected: mean(240) },
};
const dataset = datasetSummary('d', { pairs: 9, report });
const counted: TokenReport = {
  ...{ datasetId: 'd', modelId: 'm', maxLength: 512, sampled: 9, overMaxLength: 0 },
  lengths: { prompt: mean(90), chosen: mean(45), rejected: mean(50) },
};
const tokens = { key: 'k', report: counted, error: null };

const stage = (id: string, passes: number, generation = 0): StageCost => ({
  ...{ id, kind: 'sft', steps: 1, responses: null, operations: { passes, generation } },
});
const cost: RunCost = {
  ...{ trainedParameters: 1, trainPairs: 9, refereePairs: 0, heldOutPairs: 1, heldOutPrompts: 1 },
  lengths: { prompt: 1, chosen: 1, rejected: 1, from: 'tokens' },
  stages: [stage('sft', 6e12), stage('round1.generate', 0, 2e12), stage('round1.evaluate', 3e12, 1e12)],
  speed: { passes: null, generation: null },
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the question', () => {
  it('is asked once model, data and recipe are there, again with counted tokens, an adapter, and after a run', async () => {
    const store = createStudioStore();
    const send = vi.fn((_: string, _argument: { lengths: object; importedAdapter: boolean }): Promise<RunCost> =>
      Promise.resolve(cost),
    );
    keepCostCurrent(store, { send: send as TrainingClient['send'] });
    const settled = () => vi.advanceTimersByTimeAsync(300);
    store.getState().receiveState({ ...emptyState, adapter, models: [model] });
    await settled();
    expect(send).not.toHaveBeenCalled();
    store.getState().receiveState({ ...emptyState, adapter, models: [model], datasets: [dataset] });
    await settled();
    const recipe = store.getState().parsed.recipe;
    const lengths = { prompt: 100, chosen: 50, rejected: 60, from: 'characters' };
    const argument = { modelId: 'm', datasetId: 'd', importedAdapter: false, recipe, lengths };
    expect(send.mock.calls).toEqual([['planCost', argument]]);
    expect(store.getState().runCost).toEqual({ plan: cost, problem: null });
    store.getState().setTokens(tokens);
    await settled();
    expect(send.mock.lastCall?.[1].lengths).toMatchObject({ prompt: 90, from: 'tokens' });
    store.getState().receiveRun(runOf({ status: 'running' }));
    await settled();
    expect(send).toHaveBeenCalledTimes(2);
    store.getState().receiveRun(runOf({ status: 'finished' }));
    store.getState().selectImportedAdapter('a');
    await settled();
    expect(send).toHaveBeenCalledTimes(3);
    expect(send.mock.lastCall?.[1].importedAdapter).toBe(true);
  });
});

describe('mean lengths', () => {
  it('are counted tokens, else characters, else the recipe’s limit, and say which', () => {
    expect(meanTokens(dataset, model, tokens, recipePresets.studio)).toEqual({
      ...{ prompt: 90, chosen: 45, rejected: 50, from: 'tokens' },
    });
    expect(meanTokens(dataset, { id: 'other' }, tokens, recipePresets.studio).from).toBe('characters');
    const unknown = { ...dataset, report: null };
    const half = { prompt: 256, chosen: 256, from: 'limits' };
    expect(meanTokens(unknown, model, null, recipePresets.studio)).toEqual({ ...half, rejected: 256 });
    expect(meanTokens({ ...unknown, kind: 'sft' }, model, null, recipePresets.studio).rejected).toBe(0);
  });
});

describe('the time', () => {
  it('is operations over the speed of their kind, stage by stage', () => {
    expect(timeEstimate(cost, { passes: 3e12, generation: 1e12 })).toEqual({ stages: [2, 2, 2], total: 6 });
    expect(timeEstimate(cost, t4Speed).total).toBeGreaterThan(0);
  });

  it('is not told where a speed was not measured', () => {
    expect(timeEstimate(cost, speedOf(cost.speed))).toEqual({ stages: [null, null, null], total: null });
    const half = speedOf({ passes: { flopsPerSecond: 3e12, from: 'runs' }, generation: null });
    expect(timeEstimate(cost, half)).toEqual({ stages: [2, null, null], total: null });
    expect(timeEstimate({ stages: [stage('sft', 3e12)] }, half).total).toBe(1);
  });
});

describe('the check', () => {
  it('lists all that keeps a run from starting', () => {
    const store = createStudioStore();
    store.getState().receiveState({ ...emptyState, adapter });
    store.getState().editRecipe('microBatchSize', '5');
    store.getState().receiveRun(runOf());
    expect(startProblems(store.getState())).toEqual([
      'Choose a model first.',
      'Choose a data file first.',
      expect.stringMatching(/^Correct the recipe first: 1 setting is wrong/),
      expect.stringMatching(/^Another run/),
    ]);
  });
});

describe('small numbers of a recipe', () => {
  it('are written with an exponent, without loss', () => {
    expect([5e-6, 1.25e-5, 0.0002, 0, 0.01, 42].map(numberText)).toEqual([
      '5e-6',
      '1.25e-5',
      '2e-4',
      '0',
      '0.01',
      '42',
    ]);
    expect(draftOf(recipePresets.studio).dpoLearningRates).toBe('5e-6');
    const warning = recipeWarnings({ ...recipePresets.studio, sftLearningRate: 5e-7 }, null).sftLearningRate;
    expect(warning).toMatch(/^5e-7 is under 1e-6\./);
  });
});
