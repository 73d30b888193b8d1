/** Keeps the list of a run's outputs current while a person reviews its pairs. What the outputs hold is in run-outputs.ts. */
import type { TrainingEvents } from '../src/protocol/studio';
import { databaseArtifacts } from '../src/storage/artifact-store';
import type { StudioDatabase } from '../src/storage/database';
import { readReviews } from '../src/storage/pair-review-store';
import type { RunRecord } from '../src/storage/records';
import { putRun } from '../src/storage/run-store';
import { errorShape } from './error-shape';
import type { EventHub } from './event-hub';
import { listReviewedOutputs } from './run-outputs';
import { broadcastRun } from './run-recorder';

/** Measuring outputs reads whole rounds, so it waits until the person pauses. */
const PAUSE_MS = 500;

/** @param isStored false for a run that was deleted meanwhile */
export function reviewedOutputsUpdater(
  database: StudioDatabase,
  hub: Pick<EventHub<TrainingEvents>, 'broadcast'>,
  isStored: (record: RunRecord) => boolean,
): (record: RunRecord) => void {
  const timers = new Map<RunRecord, ReturnType<typeof setTimeout>>();
  const update = async (record: RunRecord) => {
    if (isStored(record))
      await listReviewedOutputs(record, databaseArtifacts(database), (id) => readReviews(database, id));
    if (!isStored(record)) return;
    await putRun(database, record);
    broadcastRun(record.state, hub);
  };
  const report = (error: unknown) => hub.broadcast('notice', { level: 'error', message: errorShape(error).message });
  return (record) => {
    clearTimeout(timers.get(record));
    timers.set(
      record,
      setTimeout(() => void update(record).catch(report), PAUSE_MS),
    );
  };
}
