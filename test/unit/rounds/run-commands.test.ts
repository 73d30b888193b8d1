/** A run as an item of the list: deleted, brought back, removed for good, renamed; over real storage in memory. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, it, vi } from 'vitest';
import { InputError } from '../../../src/protocol/errors';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import type { RunRecord } from '../../../src/storage/records';
import { getRun, putRun } from '../../../src/storage/run-store';
import { createRunCommands, restorableMs } from '../../../workers/run-commands';
import { loadRuns } from '../../../workers/stored-runs';
import { runRecord } from '../../support/stored-records';

let database: StudioDatabase;
let runs: Map<string, RunRecord>;
let count = 0;
const active = new Set<string>();
const told = vi.fn();
const broadcast = vi.fn();

beforeEach(async () => {
  database = await openStudioDatabase(`run commands ${count++}`);
  runs = new Map([['a', runRecord('a', { status: 'finished' })]]);
  for (const record of runs.values()) await putRun(database, record);
  active.clear();
  told.mockClear();
  broadcast.mockClear();
});

const commands = () =>
  createRunCommands({
    database,
    runs,
    hub: { broadcast },
    runOf: (id) => {
      const record = runs.get(id);
      if (!record) throw new InputError('no such run');
      return record;
    },
    isActive: (id) => active.has(id),
    tellState: told,
  });

it('a deleted run is gone from the list and can be brought back as it was', async () => {
  const own = commands();
  await own.deleteRun({ runId: 'a' });
  expect([...runs.keys()]).toEqual([]);
  expect(told).toHaveBeenCalledTimes(1);
  await own.restoreRun({ runId: 'a' });
  expect([...runs.keys()]).toEqual(['a']);
  expect(await getRun(database, 'a')).not.toHaveProperty('deletedAt');
  expect((await loadRuns(database, false)).runs).toHaveLength(1);
});

it('is removed for good after a while, and then not brought back', async () => {
  const own = commands();
  const timers = vi.spyOn(globalThis, 'setTimeout');
  await own.deleteRun({ runId: 'a' });
  const [removal] = timers.mock.calls.findLast(([, ms]) => ms === restorableMs) ?? [];
  timers.mockRestore();
  expect(await getRun(database, 'a')).not.toBeNull();
  removal?.();
  await vi.waitFor(async () => expect(await getRun(database, 'a')).toBeNull());
  await expect(own.restoreRun({ runId: 'a' })).rejects.toThrow('deleted for good');
});

it('is removed at the next start when the studio was closed meanwhile', async () => {
  await commands().deleteRun({ runId: 'a' });
  expect((await loadRuns(database, false)).runs).toEqual([]);
  expect(await getRun(database, 'a')).toBeNull();
});

it('a run that is going on is not deleted', async () => {
  active.add('a');
  await expect(commands().deleteRun({ runId: 'a' })).rejects.toThrow('Cancel it before');
  expect(runs.size).toBe(1);
});

it('a run that another window goes on with is neither deleted nor renamed here', async () => {
  runs.set('a', runRecord('a', { status: 'paused' }));
  await expect(commands().deleteRun({ runId: 'a' })).rejects.toThrow('another window. Cancel it there');
  await expect(commands().renameRun({ runId: 'a', name: 'mine' })).rejects.toThrow('another window. Rename it there');
  expect((await getRun(database, 'a'))?.state).toMatchObject({ status: 'finished', name: 'run a' });
});

it('is renamed in storage and on every page; an empty name is refused', async () => {
  const own = commands();
  await own.renameRun({ runId: 'a', name: '  my run ' });
  expect((await getRun(database, 'a'))?.state.name).toBe('my run');
  expect(broadcast).toHaveBeenCalledWith('run', expect.objectContaining({ name: 'my run' }));
  await expect(own.renameRun({ runId: 'a', name: ' ' })).rejects.toThrow('needs a name');
});
