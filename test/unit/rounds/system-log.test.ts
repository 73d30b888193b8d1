/** The worker's events: in words, kept beyond it, bounded. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TrainingEvents } from '../../../src/protocol/studio';
import type { SystemEvent } from '../../../src/protocol/system';
import { createEventHub } from '../../../workers/event-hub';
import { createSystemLog, loggedHub } from '../../../workers/system-log';
import { runRecord, stageState } from '../../support/stored-records';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const event = (message: string): SystemEvent => ({ at: 1, level: 'info', message });

it('stages are called by their names, each change once', () => {
  const log = createSystemLog();
  const hub = loggedHub(createEventHub<TrainingEvents>(), log);
  const stage = (id: string, status: 'running' | 'done' | 'skipped') =>
    hub.broadcast('progress', { runId: 'r', stage: stageState(id, { status }), points: [] });
  stage('sft', 'skipped');
  stage('round1.train', 'running');
  stage('round1.train', 'running');
  stage('round1.train', 'done');
  const error = { name: 'DeviceError', message: 'lost', stage: 'round1.train', step: 4 };
  hub.broadcast('run', runRecord('r', { status: 'interrupted', error }).state);
  expect(log.events().map(({ message }) => message)).toEqual([
    'Supervised fine-tuning: reused from an earlier run',
    'Round 1, DPO training: began',
    'Round 1, DPO training: finished',
    'Run “run r”: interrupted',
    'DeviceError in Round 1, DPO training, step 4: lost',
  ]);
});

it('goes on after those of earlier workers, and keeps no more than the last few hundred', () => {
  const earlier = Array.from({ length: 600 }, (_, i) => event(`old ${i}`));
  const log = createSystemLog({ earlier, save: () => {} });
  log.note('info', 'new');
  expect(log.events()).toHaveLength(500);
  expect(log.events().at(-2)?.message).toBe('old 599');
  expect(log.events().at(-1)?.message).toBe('new');
});

it('is kept soon after an event, and at once after an error', () => {
  const saved: string[][] = [];
  const save = (events: readonly SystemEvent[]) => void saved.push(events.map(({ message }) => message));
  const log = createSystemLog({ earlier: [], save });
  log.note('info', 'a');
  log.note('info', 'b');
  expect(saved).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(saved).toEqual([['a', 'b']]);
  log.note('error', 'c');
  expect(saved.at(-1)).toEqual(['a', 'b', 'c']);
});
