/**
 * Where checkpoints of stages are kept: two slots a stage, so that the older one stands while the newer is written. Which
 * slot is written, and whether what is read can be trusted, is decided in src/rounds/checkpoints.ts.
 */
import type { CheckpointSummary } from '../protocol/provenance';
import type { StudioDatabase } from './database';
import { writeWithQuota } from './quota';
import { checkpointSchema, type Checkpoint } from './records';

export const checkpointSlots = [0, 1] as const;
export type CheckpointSlot = (typeof checkpointSlots)[number];

/** What the pipeline needs of a place for the checkpoints of one run. Node tests give a map in memory. */
export interface CheckpointStore {
  /** What lies in the slot, unchecked; undefined when it is empty. May reject when the storage cannot read it. */
  read(stage: string, slot: CheckpointSlot): Promise<unknown>;
  /** Replaces what lies in the slot. @throws InputError when the storage is full */
  write(stage: string, slot: CheckpointSlot, checkpoint: Checkpoint): Promise<void>;
  /** Empties the stage's slots. */
  clear(stage: string): Promise<void>;
}

/** Checkpoints of a run in IndexedDB. */
export function databaseCheckpoints(database: StudioDatabase, runId: string): CheckpointStore {
  return {
    read: (stage, slot) => database.get('checkpoints', [runId, stage, slot]),
    write: async (stage, slot, checkpoint) => {
      const write = () => database.put('checkpoints', { ...checkpoint, runId, stage, slot });
      await writeWithQuota(`a checkpoint of stage ${stage}`, bytesOf(checkpoint), write);
    },
    clear: (stage) => database.delete('checkpoints', IDBKeyRange.bound([runId, stage], [runId, stage, []])),
  };
}

/** What is kept for each stage of each run, by run and stage. Holds the content of one checkpoint at a time. */
export async function listCheckpoints(database: StudioDatabase): Promise<CheckpointSummary[]> {
  const found = new Map<string, CheckpointSummary & { sequence: number }>();
  for (const [runId, stage, slot] of await database.getAllKeys('checkpoints')) {
    const parsed = checkpointSchema.safeParse(await database.get('checkpoints', [runId, stage, slot]));
    const key = `${runId}/${stage}`;
    const known = found.get(key) ?? { runId, stage, done: null, bytes: 0, sequence: -1 };
    found.set(key, known);
    if (!parsed.success) continue;
    known.bytes += bytesOf(parsed.data);
    const { sequence, done } = parsed.data;
    if (sequence > known.sequence) Object.assign(known, { sequence, done });
  }
  return [...found.values()].map(({ sequence: _, ...summary }) => summary);
}

/** Strings are kept with two bytes a character. */
function bytesOf({ parts, floats }: Checkpoint): number {
  const text = Object.values(parts).reduce((sum, part) => sum + 2 * part.length, 0);
  return Object.values(floats).reduce((sum, vector) => sum + vector.byteLength, text);
}
