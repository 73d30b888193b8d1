/** What the System page shows of earlier workers. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, it } from 'vitest';
import type { MemoryTimeline } from '../../../src/protocol/system';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { deleteRun } from '../../../src/storage/run-store';
import { latestTimeline, putEvents, putTimeline, readEvents } from '../../../src/storage/system-store';

let database: StudioDatabase;
let count = 0;
beforeEach(async () => {
  database = await openStudioDatabase(`system store ${count++}`);
});

const timeline = (runId: string, at: number): MemoryTimeline => ({
  ...{ runId, budgetBytes: null, samples: [{ at, stage: 'sft', held: { weights: 5 } }] },
  peak: { at, stage: null, bytes: 5 },
});

it('gives the timeline of the run that worked last, of those that are there and can be read', async () => {
  expect(await latestTimeline(database, new Set(['a']))).toBeNull();
  await putTimeline(database, timeline('a', 10));
  await putTimeline(database, timeline('b', 30));
  await putTimeline(database, timeline('c', 20));
  await database.put('memoryTimelines', Object({ runId: 'd', samples: 'none' }));
  expect(await latestTimeline(database, new Set(['a', 'c', 'd']))).toEqual(timeline('c', 20));
  await deleteRun(database, 'c');
  expect(await latestTimeline(database, new Set(['a', 'c', 'd']))).toEqual(timeline('a', 10));
});

it('gives events back, and none of a shape that it does not know', async () => {
  expect(await readEvents(database)).toEqual([]);
  const events = [{ at: 1, level: 'error', message: 'lost' } as const];
  await putEvents(database, events);
  expect(await readEvents(database)).toEqual(events);
  await database.put('systemLog', Object({ key: 'events', events: [{ at: 'never' }] }));
  expect(await readEvents(database)).toEqual([]);
});
