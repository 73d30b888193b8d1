/** Commands that change a run's record: its name, its deletion, what it leaves out, where it stops, and taking these back. What a run does is the controller's. */
import { InputError } from '../src/protocol/errors';
import { isActive as isGoingOn } from '../src/protocol/status';
import type { RunState } from '../src/protocol/run-state';
import type { TrainingCommands, TrainingEvents } from '../src/protocol/studio';
import type { StudioDatabase } from '../src/storage/database';
import type { RunRecord } from '../src/storage/records';
import { deleteRun, putRun } from '../src/storage/run-store';
import type { EventHub } from './event-hub';
import { includeStage, omitStage } from './omit-stage';
import { setReviewWait, setStopAfter } from './run-holds';
import { broadcastRun } from './run-recorder';
import type { Handlers } from './serve-commands';

/** How long a deleted run can be brought back: longer than the page offers it. */
export const restorableMs = 60_000;
const maxName = 200;

interface RunCommandParts {
  database: StudioDatabase;
  /** The runs that are shown. */
  runs: Map<string, RunRecord>;
  hub: Pick<EventHub<TrainingEvents>, 'broadcast'>;
  /** @throws InputError when there is no such run */
  runOf(runId: string): RunRecord;
  isActive(runId: string): boolean;
  /** Tells the pages the whole state. */
  tellState(): void;
}

type RunCommands = Pick<
  Handlers<TrainingCommands>,
  'deleteRun' | 'restoreRun' | 'renameRun' | 'omitStage' | 'includeStage' | 'waitForReview' | 'stopAfter'
>;

export function createRunCommands({ database, runs, hub, runOf, isActive, tellState }: RunCommandParts): RunCommands {
  const deleted = new Map<string, { record: RunRecord; timer: ReturnType<typeof setTimeout> }>();

  const remove = async (runId: string): Promise<void> => {
    deleted.delete(runId);
    await deleteRun(database, runId);
  };

  /** Its worker would write over what is changed here, and this one over what that has made since. */
  const refuseElsewhere = ({ state }: RunRecord, what: string): void => {
    if (isGoingOn(state) && !isActive(state.id))
      throw new InputError(`This run is going on in another window. ${what} there.`);
  };

  const changeStage = async (runId: string, change: (state: RunState) => void): Promise<null> => {
    const record = runOf(runId);
    refuseElsewhere(record, 'Change its stages');
    change(record.state);
    await putRun(database, record);
    broadcastRun(record.state, hub);
    return null;
  };

  return {
    omitStage: ({ runId, stageId }) => changeStage(runId, (state) => omitStage(state, stageId)),
    includeStage: ({ runId, stageId }) => changeStage(runId, (state) => includeStage(state, stageId)),
    waitForReview: ({ runId, before, wait }) => changeStage(runId, (state) => setReviewWait(state, before, wait)),
    stopAfter: ({ runId, stageId, stop }) => changeStage(runId, (state) => setStopAfter(state, stageId, stop)),
    deleteRun: async ({ runId }) => {
      if (isActive(runId)) throw new InputError('This run is going on. Cancel it before deleting it.');
      const record = runOf(runId);
      refuseElsewhere(record, 'Cancel it');
      await putRun(database, { ...record, deletedAt: Date.now() });
      runs.delete(runId);
      const timer = setTimeout(() => {
        // What cannot be removed now is removed at the next start.
        void remove(runId).catch(() => {});
      }, restorableMs);
      deleted.set(runId, { record, timer });
      tellState();
      return null;
    },
    restoreRun: async ({ runId }) => {
      const found = deleted.get(runId);
      if (!found) throw new InputError('This run is deleted for good.');
      clearTimeout(found.timer);
      deleted.delete(runId);
      await putRun(database, found.record);
      runs.set(runId, found.record);
      tellState();
      return null;
    },
    renameRun: async ({ runId, name }) => {
      const record = runOf(runId);
      refuseElsewhere(record, 'Rename it');
      const trimmed = name.trim().slice(0, maxName);
      if (trimmed === '') throw new InputError('A run needs a name. Type one, or press Escape to keep the old one.');
      record.state.name = trimmed;
      await putRun(database, record);
      broadcastRun(record.state, hub);
      return null;
    },
  };
}
