/** The memory plan follows the choice of model and recipe; only the answer to the newest question counts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MemoryPlan } from '../../../src/protocol/memory-plan';
import { keepPlanCurrent } from '../../../src/store/memory-plan';
import { whyNotStart } from '../../../src/store/setup';
import { createStudioStore } from '../../../src/store/studio-store';
import type { TrainingClient } from '../../../src/client/training-client';
import { emptyState } from '../client/fake-worker';
import { datasetSummary } from '../../support/stored-records';

const plan = (changes: Partial<MemoryPlan> = {}): MemoryPlan => ({
  budgetBytes: 4e9,
  stages: [{ kind: 'sft', bytes: 3e9, byCategory: { weights: 2e9, scratch: 1e9 }, keptBlocks: 3 }],
  blocks: 22,
  refusal: null,
  ...changes,
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Answer = (argument: { modelId: string; recipe: unknown }) => Promise<MemoryPlan | null>;

function open(answer: Answer) {
  const store = createStudioStore();
  const send = vi.fn((_command: string, argument: { modelId: string; recipe: unknown }) => answer(argument));
  const stop = keepPlanCurrent(store, { send: send as TrainingClient['send'] });
  return { store, send, stop, known: () => store.getState().memoryPlan };
}

describe('the memory plan', () => {
  it('is asked for once the choice has settled, and again when it changes', async () => {
    const { store, send, known, stop } = open(() => Promise.resolve(plan()));
    store.getState().selectModel('m');
    store.getState().editRecipe('microBatchSize', '1');
    expect([known(), send.mock.calls.length]).toEqual([null, 0]);
    await vi.advanceTimersByTimeAsync(300);
    expect(send.mock.calls).toEqual([['planMemory', { modelId: 'm', recipe: store.getState().parsed.recipe }]]);
    expect(known()).toEqual({ plan: plan(), problem: null });
    store.getState().editRecipe('microBatchSize', 'x');
    await vi.advanceTimersByTimeAsync(300);
    expect([known(), send.mock.calls.length]).toEqual([null, 1]);
    stop();
    store.getState().editRecipe('microBatchSize', '2');
    await vi.advanceTimersByTimeAsync(300);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('of an earlier choice that comes late is not shown', async () => {
    const { store, known } = open(
      ({ modelId }) =>
        new Promise((resolve) =>
          setTimeout(() => resolve(plan({ blocks: modelId === 'slow' ? 1 : 2 })), modelId === 'slow' ? 900 : 1),
        ),
    );
    store.getState().selectModel('slow');
    await vi.advanceTimersByTimeAsync(300);
    store.getState().selectModel('fast');
    await vi.advanceTimersByTimeAsync(2000);
    expect(known()?.plan?.blocks).toBe(2);
  });

  it('that does not fit keeps the run from starting; one that cannot be made says why', async () => {
    let answer: Answer = () => Promise.resolve(plan({ refusal: 'DPO training does not fit.' }));
    const { store, known } = open((argument) => answer(argument));
    const adapter = {
      ...{ vendor: 'v', architecture: 'a', description: '', software: false, features: [], maxBufferSize: 1 },
    };
    const dataset = datasetSummary('d', { pairs: 1 });
    const model = {
      ...{ id: 'm', name: 'm', architecture: 'llama', parameters: 1, bytes: 1, weightsDtype: 'F16' },
      ...{ vocabSize: 1, contextLength: 4096, hasChatTemplate: false, source: null },
    };
    store.getState().receiveState({ ...emptyState, adapter, models: [model], datasets: [dataset] });
    await vi.advanceTimersByTimeAsync(300);
    expect(whyNotStart(store.getState())).toMatch(/does not fit the GPU’s memory/);
    answer = () => Promise.reject(new Error('the model is gone'));
    store.getState().editRecipe('seed', '7');
    await vi.advanceTimersByTimeAsync(300);
    expect(known()).toEqual({ plan: null, problem: 'the model is gone' });
    expect(whyNotStart(store.getState())).toBeNull();
  });
});
