/** Runs as items of the list, seen from the page: nothing that was deleted loses its way back, and copies have names of their own. */
import { describe, expect, it, vi } from 'vitest';
import type { TrainingClient } from '../../../src/client/training-client';
import { createRunCommands } from '../../../src/store/run-commands';
import { freeName } from '../../../src/store/run-names';
import { createStudioStore } from '../../../src/store/studio-store';
import { emptyState } from '../client/fake-worker';
import { runOf } from './fixtures';

/** Seven runs of one name; the worker refuses what is asked of the ids in `refused`. */
function setUp(refused: readonly string[] = []) {
  const store = createStudioStore();
  const runs = Array.from({ length: 7 }, (_, i) => runOf({ id: `run${i}`, name: 'same', status: 'finished' }));
  store.getState().receiveState({ ...emptyState, runs });
  const send = vi.fn((command: string, { runId }: { runId: string }) =>
    refused.includes(runId) ? Promise.reject(new Error(`no ${command} of ${runId}`)) : Promise.resolve(null),
  );
  const training: Pick<TrainingClient, 'send'> = Object({ send });
  const asked = (command: string) => send.mock.calls.filter(([name]) => name === command).map(([, { runId }]) => runId);
  return { store, asked, ids: runs.map(({ id }) => id), commands: createRunCommands(store, training) };
}

describe('deleting', () => {
  it('two runs of one name leaves two notices, each with the way back to its run', async () => {
    const { store, asked, commands } = setUp();
    await commands.deleteRun('run1');
    await commands.deleteRun('run2');
    const { notices } = store.getState();
    expect(notices.map(({ message }) => message)).toEqual(['Deleted “same”.', 'Deleted “same”.']);
    for (const { action } of notices) await action?.run();
    expect(asked('restoreRun')).toEqual(['run1', 'run2']);
  });

  it('several at once leaves one notice, which brings all of them back', async () => {
    const { store, asked, ids, commands } = setUp();
    await commands.deleteRuns(ids);
    const { notices } = store.getState();
    expect(notices.map(({ message, action }) => [message, action?.label])).toEqual([['Deleted 7 runs.', 'Undo']]);
    await notices[0]?.action?.run();
    expect(asked('restoreRun')).toEqual(ids);
  });

  it('goes on after one that cannot be deleted, and says so; the notice is about the others', async () => {
    const { store, asked, commands } = setUp(['run2']);
    store.getState().openRun('run3');
    await expect(commands.deleteRuns(['run1', 'run2', 'run3'])).rejects.toThrow('no deleteRun of run2');
    const { notices, view } = store.getState();
    expect(notices.map(({ message }) => message)).toEqual(['Deleted 2 runs.']);
    expect(view).toEqual({ page: 'runs' });
    await notices[0]?.action?.run();
    expect(asked('restoreRun')).toEqual(['run1', 'run3']);
  });

  it('brings back the others when one is gone for good, and says so', async () => {
    const gone: string[] = [];
    const { store, asked, commands } = setUp(gone);
    await commands.deleteRuns(['run1', 'run2']);
    gone.push('run1');
    await expect(store.getState().notices[0]?.action?.run()).rejects.toThrow('no restoreRun of run1');
    expect(asked('restoreRun')).toEqual(['run1', 'run2']);
  });
});

describe('notices', () => {
  it('without an action make room for newer ones and are not said twice; with one they stay', () => {
    const store = createStudioStore();
    const action = { label: 'Undo', run: () => Promise.resolve() };
    store.getState().notify('info', 'with a way back', action);
    for (const message of ['a', 'b', 'c', 'd', 'e', 'f', 'e', 'with a way back'])
      store.getState().notify('info', message);
    const messages = store.getState().notices.map(({ message }) => message);
    expect(messages).toEqual(['with a way back', 'c', 'd', 'f', 'e', 'with a way back']);
    store.getState().dismissNotice(store.getState().notices[0]?.id ?? 0);
    expect(store.getState().notices.map(({ action: its }) => its)).toEqual([null, null, null, null, null]);
  });
});

it('a copy takes the next free name, also in its recipe', () => {
  const { store, commands } = setUp();
  store.getState().receiveRun(runOf({ id: 'named', name: 'same 2' }));
  commands.duplicateRun('run0');
  expect(store.getState().draft.name).toBe('same 3');
  expect(store.getState().view).toEqual({ page: 'setup' });
});

it('names are counted on from the one without a number, where there is such a run', () => {
  const names = ['Quick demo', 'Quick demo 2', 'Llama 3', 'x'.repeat(8)];
  expect(freeName('Demo', names)).toBe('Demo');
  expect(freeName('Quick demo', names)).toBe('Quick demo 3');
  expect(freeName('Quick demo 2', names)).toBe('Quick demo 3');
  expect(freeName('Llama 3', names)).toBe('Llama 3 2');
  expect(freeName('x'.repeat(9), names, 8)).toBe(`${'x'.repeat(6)} 2`);
});
