/** The demo's one click without a browser: what is imported when, one run a click, and what a failure leaves. */
import { describe, expect, it, vi } from 'vitest';
import type { DemoFiles } from '../../../src/client/demo-files';
import { fetchDemoFiles, demoPaths } from '../../../src/client/demo-files';
import { recipePresets } from '../../../src/protocol/recipe';
import type { DatasetSummary, ModelSummary } from '../../../src/protocol/library';
import type { StudioState } from '../../../src/protocol/studio';
import { createDemoCommands } from '../../../src/store/demo-commands';
import type { PageMemo } from '../../../src/store/page-memo';
import { createStudioStore } from '../../../src/store/studio-store';
import { emptyState } from '../client/fake-worker';
import { runOf } from './fixtures';

const model = { id: 'demo-model', name: 'Demo town' } as ModelSummary;
const dataset = { id: 'demo-data', name: 'Demo town' } as DatasetSummary;
const stored: StudioState = { ...emptyState, models: [model], datasets: [dataset] };
const filesOf = (digest: string): DemoFiles => ({ model: [], data: [], digest });

function memory(): PageMemo {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}

function setUp(fetchFiles: () => Promise<DemoFiles> = () => Promise.resolve(filesOf('a')), memo = memory()) {
  const store = createStudioStore();
  store.getState().receiveState(emptyState);
  const commands = {
    importModel: vi.fn(() => Promise.resolve(model)),
    importDataset: vi.fn(() => Promise.resolve(dataset)),
    startRun: vi.fn(() => Promise.resolve({ runId: 'run1' })),
  };
  return { store, commands, memo, demo: createDemoCommands(store, { commands, fetchFiles, memo }) };
}

describe('one click on the demo', () => {
  it('imports, starts the preset s run and opens it', async () => {
    const { store, commands, demo } = setUp();
    await demo.runDemo('demo-quick');
    expect(commands.startRun).toHaveBeenCalledExactlyOnceWith({
      name: 'Quick demo',
      modelId: 'demo-model',
      datasetId: 'demo-data',
      importedAdapterId: null,
      recipe: recipePresets['demo-quick'],
    });
    expect(store.getState().view).toEqual({ page: 'run', runId: 'run1', tab: 'progress' });
    expect(store.getState().demo).toBeNull();
  });

  it('gives the second run of a demo a name of its own', async () => {
    const { store, commands, demo } = setUp();
    store.getState().receiveRun(runOf({ name: 'Quick demo', status: 'finished' }));
    await demo.runDemo('demo-quick');
    expect(commands.startRun).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ name: 'Quick demo 2' }));
  });

  it('starts one run when it is pressed twice', async () => {
    const { commands, demo } = setUp();
    await Promise.all([demo.runDemo('demo'), demo.runDemo('demo'), demo.runDemo('demo-push')]);
    expect(commands.startRun).toHaveBeenCalledTimes(1);
    expect(commands.importModel).toHaveBeenCalledTimes(1);
  });

  it('waits for the worker to tell what is stored', async () => {
    const { commands, memo } = setUp();
    const store = createStudioStore();
    const demo = createDemoCommands(store, { commands, fetchFiles: () => Promise.resolve(filesOf('a')), memo });
    const click = demo.runDemo('demo');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(commands.importModel).not.toHaveBeenCalled();
    store.getState().receiveState(emptyState);
    await click;
    expect(commands.startRun).toHaveBeenCalledTimes(1);
  });
});

describe('what was imported before', () => {
  it('is used again, unless it was deleted or the demo s files are others', async () => {
    const { store, commands, demo, memo } = setUp();
    await demo.importDemo();
    store.getState().receiveState(stored);
    expect(await demo.importDemo()).toEqual({ modelId: 'demo-model', datasetId: 'demo-data' });
    expect(commands.importModel).toHaveBeenCalledTimes(1);
    store.getState().receiveState({ ...stored, models: [] });
    await demo.importDemo();
    expect(commands.importModel).toHaveBeenCalledTimes(2);
    const newer = setUp(() => Promise.resolve(filesOf('b')), memo);
    newer.store.getState().receiveState(stored);
    await newer.demo.importDemo();
    expect(newer.commands.importModel).toHaveBeenCalledTimes(1);
  });

  it('is not believed when the note of it is damaged', async () => {
    const memo = memory();
    memo.setItem('whetstone.demo', '{"digest":');
    const { store, commands, demo } = setUp(undefined, memo);
    store.getState().receiveState(stored);
    await demo.importDemo();
    expect(commands.importDataset).toHaveBeenCalledTimes(1);
  });
});

describe('a failure', () => {
  it('is told with the step it happened in, and the next press tries again', async () => {
    let broken = true;
    const { store, commands, demo } = setUp(() =>
      broken ? Promise.reject(new Error('no server')) : Promise.resolve(filesOf('a')),
    );
    await demo.runDemo('demo');
    expect(store.getState().demo).toMatchObject({ demo: 'demo', step: 'fetch', error: { message: 'no server' } });
    expect(store.getState().view).toEqual({ page: 'setup' });
    broken = false;
    await demo.runDemo('demo');
    expect(store.getState().demo).toBeNull();
    expect(commands.startRun).toHaveBeenCalledTimes(1);
  });
});

describe('fetchDemoFiles', () => {
  const addressOf = (path: string) => `http://page.test/demo/${path}`;

  it('asks for each file of the demo once, and tells whether they changed', async () => {
    const asked: string[] = [];
    const get = (text: string) => (address: string) => {
      asked.push(address);
      return Promise.resolve(new Response(`${text} ${address}`));
    };
    const first = await fetchDemoFiles(get('one'), addressOf);
    expect(asked.toSorted()).toEqual(
      [...demoPaths.model.map((path) => `model/${path}`), ...demoPaths.data.map((path) => `data/${path}`)]
        .map(addressOf)
        .toSorted(),
    );
    expect(first.model.map(({ path }) => path)).toEqual(demoPaths.model);
    expect((await fetchDemoFiles(get('one'), addressOf)).digest).toBe(first.digest);
    expect((await fetchDemoFiles(get('two'), addressOf)).digest).not.toBe(first.digest);
  });

  it('names the file that is missing', async () => {
    const get = (address: string) =>
      Promise.resolve(new Response('', { status: address.endsWith('config.json') ? 404 : 200 }));
    await expect(fetchDemoFiles(get, addressOf)).rejects.toThrow(/model\/.*config\.json is missing \(404\)/);
    const failing = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(fetchDemoFiles(failing, addressOf)).rejects.toThrow(/could not be fetched/);
  });
});
