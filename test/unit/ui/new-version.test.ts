/** The offer of a new version: it stays, and does not interrupt a run. */
import { expect, it, vi } from 'vitest';
import { createStudioStore } from '../../../src/store/studio-store';
import { offerNewVersion } from '../../../src/ui/app/new-version';
import { lifetimeMs } from '../../../src/ui/app/notices';
import { runOf } from '../store/fixtures';

it('stays until it is taken or closed, and then reloads', async () => {
  const store = createStudioStore();
  const reload = vi.fn(async () => {});
  offerNewVersion(store, reload);
  const [notice] = store.getState().notices;
  expect(notice?.action?.label).toBe('Reload');
  expect(notice && lifetimeMs(notice)).toBeNull();
  expect(lifetimeMs({ level: 'info', action: { label: 'Undo', run: reload } })).toBeGreaterThan(0);
  await notice?.action?.run();
  expect(reload).toHaveBeenCalledOnce();
});

it('asks to wait while a run is going on, and stays to be taken afterwards', async () => {
  const store = createStudioStore();
  const reload = vi.fn(async () => {});
  store.getState().receiveRun(runOf({ status: 'paused' }));
  offerNewVersion(store, reload);
  await store.getState().notices[0]?.action?.run();
  expect(reload).not.toHaveBeenCalled();
  store.getState().receiveRun(runOf({ status: 'finished' }));
  const last = store.getState().notices.at(-1);
  expect(last?.message).toContain('A run is in progress');
  await last?.action?.run();
  expect(reload).toHaveBeenCalledOnce();
});
