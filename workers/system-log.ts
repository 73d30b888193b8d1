/**
 * The worker's log of events for the System page: what the pages are told, put into words and kept for those that come later, also
 * after a reload or a crash.
 */
import { stageTitle } from '../src/protocol/stage-title';
import type { StageStatus } from '../src/protocol/run-state';
import type { TrainingEvents } from '../src/protocol/studio';
import type { SystemEvent } from '../src/protocol/system';
import type { EventHub } from './event-hub';

const KEPT = 500;
/** Characters of a message. */
const LONGEST = 2000;
const saveAfterMs = 1000;

export interface SystemLog {
  events(): SystemEvent[];
  note(level: SystemEvent['level'], message: string): void;
}

export interface LogKeeper {
  /** Those of earlier workers, oldest first. */
  earlier: readonly SystemEvent[];
  /** Called soon after an event, and at once after an error: what comes next may be the worker's end. */
  save(events: readonly SystemEvent[]): void;
}

const keepsNothing: LogKeeper = { earlier: [], save: () => {} };

export function createSystemLog(keeper: LogKeeper = keepsNothing, now: () => number = Date.now): SystemLog {
  const kept: SystemEvent[] = keeper.earlier.slice(-KEPT);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    keeper.save([...kept]);
  };
  return {
    events: () => [...kept],
    note: (level, message) => {
      kept.push({ at: now(), level, message: message.slice(0, LONGEST) });
      if (kept.length > KEPT) kept.shift();
      if (level === 'error') save();
      else timer ??= setTimeout(save, saveAfterMs);
    },
  };
}

const stageWords: Readonly<Record<StageStatus, string>> = {
  pending: 'waiting',
  running: 'began',
  done: 'finished',
  skipped: 'reused from an earlier run',
  omitted: 'left out',
  failed: 'failed',
};

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
        const step = error.step === undefined ? '' : `, step ${error.step}`;
        const at = error.stage === undefined ? '' : ` in ${stageTitle(error.stage)}${step}`;
        log.note('error', `${error.name}${at}: ${error.message}`);
      }
      if (activity !== null && isNew(`${id} activity`, activity)) log.note('info', activity);
    },
    progress: ({ runId, stage }) => {
      if (isNew(`${runId}/${stage.id}`, stage.status))
        log.note(stage.status === 'failed' ? 'error' : 'info', `${stageTitle(stage.id)}: ${stageWords[stage.status]}`);
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
