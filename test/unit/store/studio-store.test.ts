/** The store fed by events: states, curves, selections, and why a run cannot start. No React anywhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { ModelSummary } from '../../../src/protocol/library';
import type { StudioState } from '../../../src/protocol/studio';
import { metricsKey, POINTS_PER_STAGE } from '../../../src/store/metrics';
import { whyNotStart } from '../../../src/store/setup';
import { createStudioStore, type StudioStore } from '../../../src/store/studio-store';
import { emptyState } from '../client/fake-worker';
import { point, runOf, stageOf } from './fixtures';
import { datasetSummary } from '../../support/stored-records';

vi.mock('react', () => {
  throw new Error('the store must work without React');
});

const adapter: StudioState['adapter'] = {
  vendor: 'google',
  architecture: 'swiftshader',
  description: '',
  software: true,
  features: [],
  maxBufferSize: 2 ** 30,
};
const model: ModelSummary = {
  id: 'm',
  name: 'tiny',
  architecture: 'llama',
  parameters: 1,
  bytes: 4,
  weightsDtype: 'F32',
  vocabSize: 8,
  contextLength: 512,
  hasChatTemplate: false,
  source: null,
};
const dataset = datasetSummary('d', { name: 'hh', pairs: 3 });

const points = (store: StudioStore, stage = 'sft') =>
  store.getState().metrics[metricsKey('run1', stage)]?.curve.toPoints() ?? [];

describe('the store', () => {
  it('names React nowhere', () => {
    const folder = join(process.cwd(), 'src/store');
    for (const file of readdirSync(folder)) {
      expect(readFileSync(join(folder, file), 'utf8'), file).not.toMatch(/from '(react|zustand|@mantine)[^/']*'/);
    }
  });

  it('notifies plain subscribers', () => {
    const store = createStudioStore();
    const seen: boolean[] = [];
    store.subscribe((state) => seen.push(state.loaded));
    store.getState().receiveState(emptyState);
    expect(seen).toContain(true);
  });
});

describe('curves', () => {
  it('come whole with the state and grow by progress, no step lost or repeated', () => {
    const store = createStudioStore();
    const stage = stageOf({ history: [point(1, 3), point(2, 2)] });
    store.getState().receiveState({ ...emptyState, runs: [runOf({ stages: [stage] })] });
    const { history: _, ...progress } = stageOf({ done: 4 });
    store.getState().receiveProgress({ runId: 'run1', stage: progress, points: [point(3, 1.5), point(4, 1)] });
    expect(points(store).map(({ step, values }) => [step, values['loss']])).toEqual([
      [1, 3],
      [2, 2],
      [3, 1.5],
      [4, 1],
    ]);
    expect(store.getState().runs[0]?.stages[0]).toMatchObject({ done: 4, history: [] });
  });

  it('survive a run event, which carries no histories', () => {
    const store = createStudioStore();
    const stage = stageOf({ history: [point(1, 3)] });
    store.getState().receiveState({ ...emptyState, runs: [runOf({ stages: [stage] })] });
    store.getState().receiveRun(runOf({ status: 'paused' }));
    expect(points(store)).toHaveLength(1);
    expect(store.getState().runs).toHaveLength(1);
    expect(store.getState().runs[0]?.status).toBe('paused');
  });

  it('are rewritten from the step to which a stage went back', () => {
    const store = createStudioStore();
    const stage = stageOf({ history: [point(1, 3), point(2, 2), point(3, 9)] });
    store.getState().receiveState({ ...emptyState, runs: [runOf({ stages: [stage] })] });
    const { history: _, ...progress } = stageOf();
    store.getState().receiveProgress({ runId: 'run1', stage: progress, points: [point(2, 2.5)] });
    expect(points(store).map(({ values }) => values['loss'])).toEqual([3, 2.5]);
    store.getState().receiveProgress({ runId: 'run1', stage: progress, points: [point(1, 3.5)] });
    expect(points(store).map(({ step, values }) => [step, values['loss']])).toEqual([[1, 3.5]]);
  });

  it('forget the oldest points beyond their capacity', () => {
    const store = createStudioStore();
    const history = Array.from({ length: POINTS_PER_STAGE + 5 }, (_, i) => point(i + 1, i));
    store.getState().receiveState({ ...emptyState, runs: [runOf({ stages: [stageOf({ history })] })] });
    expect(points(store)).toHaveLength(POINTS_PER_STAGE);
    expect(points(store)[0]?.step).toBe(6);
    expect(points(store).at(-1)?.step).toBe(POINTS_PER_STAGE + 5);
  });
});

describe('starting', () => {
  it('is explained step by step until nothing is missing', () => {
    const store = createStudioStore();
    const why = () => whyNotStart(store.getState());
    expect(why()).toMatch(/still starting/);
    store.getState().receiveState(emptyState);
    expect(why()).toMatch(/GPU is still/);
    store.getState().receiveState({ ...emptyState, adapter });
    expect(why()).toMatch(/Choose a model first/);
    store.getState().receiveState({ ...emptyState, adapter, models: [model] });
    expect(why()).toMatch(/data file/);
    store.getState().receiveState({ ...emptyState, adapter, models: [model], datasets: [dataset] });
    expect(why()).toBeNull();
    store.getState().editRecipe('maxLength', '513');
    expect(why()).toMatch(/context has 512 tokens: set the maximal length, now 513/);
    store.getState().editRecipe('maxLength', '512');
    store.getState().editRecipe('microBatchSize', '5');
    expect(why()).toMatch(/1 setting is wrong/);
    store.getState().choosePreset('smoke');
    store.getState().receiveRun(runOf());
    expect(why()).toMatch(/Another run/);
  });

  it('forgets a choice that was deleted and takes the only one there is', () => {
    const store = createStudioStore();
    const other = { ...model, id: 'n' };
    store.getState().receiveState({ ...emptyState, models: [model, other] });
    expect(store.getState().modelId).toBeNull();
    store.getState().selectModel('m');
    store.getState().receiveState({ ...emptyState, models: [other] });
    expect(store.getState().modelId).toBe('n');
  });
});
