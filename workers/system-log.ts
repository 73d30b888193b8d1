/** The worker's log of events for the System page: what the pages are told, put into words and kept for those that come later. */
import type { TrainingEvents } from '../src/protocol/studio';
import type { SystemEvent } from '../src/protocol/system';
import type { EventHub } from './event-hub';

const KEPT = 500;

export interface SystemLog {
  events(): SystemEvent[];
  note(level: SystemEvent['level'], message: string): void;
}

export function createSystemLog(now: () => number = Date.now): SystemLog {
  const kept: SystemEvent[] = [];
  return {
    events: () => [...kept],
    note: (level, message) => {
      kept.push({ at: now(), level, message });
      if (kept.length > KEPT) kept.shift();
    },
  };
}

/** A hub that notes changes of runs and stages, and notices, before it tells them. */
export function loggedHub(hub: EventHub<TrainingEvents>, log: SystemLog): EventHub<TrainingEvents> {
  const known = new Map<string, string>();
  /** Whether `value` is news about `key`. */
  const isNew = (key: string, value: string): boolean => {
    const before = known.get(key);
    known.set(key, value);
    return before !== value;
  };
  const notable: { [K in keyof TrainingEvents]?: (payload: TrainingEvents[K]) => void } = {
    run: ({ id, name, status, error, activity }) => {
      if (isNew(id, status)) log.note(error ? 'error' : 'info', `Run “${name}”: ${status}`);
      if (error && isNew(`${id} error`, error.message)) {
        const at =
          error.stage === undefined
            ? ''
            : ` in ${error.stage}${error.step === undefined ? '' : `, step ${error.step}`}`;
        log.note('error', `${error.name}${at}: ${error.message}`);
      }
      if (activity !== null && isNew(`${id} activity`, activity)) log.note('info', activity);
    },
    progress: ({ runId, stage }) => {
      if (isNew(`${runId}/${stage.id}`, stage.status))
        log.note(stage.status === 'failed' ? 'error' : 'info', `Stage ${stage.id}: ${stage.status}`);
    },
    notice: ({ level, message }) => log.note(level, message),
  };
  return {
    ...hub,
    broadcast: (event, payload) => {
      notable[event]?.(payload);
      hub.broadcast(event, payload);
    },
  };
}
