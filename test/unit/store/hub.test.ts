/** Models of a Hub in the page's state: who gets the token, what progress and failures leave, and the plan of what was looked up. */
import { describe, expect, it, vi } from 'vitest';
import type { DataClient } from '../../../src/client/data-client';
import { RemoteError } from '../../../src/client/remote-error';
import type { TrainingClient } from '../../../src/client/training-client';
import type { HubLookUp, HubModel, HubProgress } from '../../../src/protocol/hub';
import { createHubCommands } from '../../../src/store/hub-commands';
import { keepHubPlanCurrent } from '../../../src/store/memory-plan';
import { createStudioStore } from '../../../src/store/studio-store';

const model: HubModel = {
  ...{
    endpoint: 'https://hub.example',
    name: 'o/n',
    revision: 'main',
    commit: 'c'.repeat(40),
    licence: null,
    files: [],
  },
};
const found: HubLookUp = {
  ...{ model, bytes: 10, cachedBytes: 0, config: { model_type: 'llama' }, architecture: 'llama' },
  ...{ parameters: 5, contextLength: 8, refusal: null },
};
const progress: HubProgress = {
  ...{ name: 'o/n', phase: 'downloading', file: 'f', bytesDone: 4, bytesTotal: 10, bytesPerSecond: 2, secondsLeft: 3 },
};

type Answers = Record<string, (argument: unknown) => unknown>;

/** Commands over workers that answer as told. */
function studio(answers: Answers) {
  const store = createStudioStore();
  const asked: { command: string; argument: unknown }[] = [];
  const send = async (command: string, argument: unknown) => {
    asked.push({ command, argument });
    return answers[command]?.(argument) ?? null;
  };
  const data = { send, listen: () => {}, close: () => {} } as DataClient;
  const training = { send, listen: () => () => {}, close: () => {} } as TrainingClient;
  return { store, asked, training, commands: createHubCommands(store, training, data) };
}

const cache = { models: [], usedBytes: null, quotaBytes: null, persisted: false };

describe('a token', () => {
  it('goes with what is asked at its own address, and is forgotten with another address', async () => {
    const { store, asked, commands } = studio({
      hubLookUp: () => found,
      hubDownload: () => ({ id: 'm' }),
      listCache: () => cache,
    });
    store.getState().setHubEndpoint('https://hub.example/');
    store.getState().setHubToken('secret');
    await commands.lookUpModel('o/n');
    await commands.downloadModel(model);
    await commands.downloadModel({ ...model, endpoint: 'https://other.example' });
    const tokens = asked.flatMap(({ argument }) =>
      typeof argument === 'object' && argument !== null && 'token' in argument ? [argument.token] : [],
    );
    expect(tokens).toEqual(['secret', 'secret', null]);
    store.getState().setHubEndpoint('https://other.example');
    expect(store.getState().hubToken).toBe('');
  });
});

describe('a download', () => {
  it('is chosen when it is done, and its speed is kept for the next estimate', async () => {
    const { store, commands } = studio({
      listCache: () => cache,
      hubDownload: () => {
        store.getState().receiveHubProgress(progress);
        expect(store.getState().download?.progress).toEqual(progress);
        return { id: 'm' };
      },
    });
    await commands.downloadModel(model);
    expect(store.getState()).toMatchObject({ modelId: 'm', download: null, lookUp: null, bytesPerSecond: 2, cache });
    store.getState().receiveHubProgress(progress);
    expect(store.getState().download).toBeNull();
  });

  it('that fails says why; one that was cancelled says nothing', async () => {
    const shape = { name: 'InputError', message: 'gated' };
    const { store, commands } = studio({
      listCache: () => cache,
      hubDownload: () => {
        throw new RemoteError(shape);
      },
    });
    await expect(commands.downloadModel(model)).rejects.toThrow('gated');
    expect(store.getState().download).toMatchObject({ name: 'o/n', error: shape });
    shape.name = 'CancelledError';
    await expect(commands.downloadModel(model)).rejects.toThrow('gated');
    expect(store.getState().download).toBeNull();
  });
});

it('the memory plan is that of what was looked up, and of nothing that is refused', async () => {
  vi.useFakeTimers();
  const plan = { budgetBytes: 1, stages: [], blocks: 1, refusal: null };
  const { store, asked, training } = studio({ planConfig: () => plan });
  const stop = keepHubPlanCurrent(store, training);
  store.getState().setLookUp({ id: 'o/n', found, error: null });
  await vi.advanceTimersByTimeAsync(500);
  expect(store.getState().hubPlan).toEqual({ plan, problem: null });
  store.getState().setLookUp({ id: 'o/n', found: { ...found, refusal: 'no' }, error: null });
  await vi.advanceTimersByTimeAsync(500);
  expect(store.getState().hubPlan).toBeNull();
  expect(asked.map(({ command }) => command)).toEqual(['planConfig']);
  stop();
  vi.useRealTimers();
});
