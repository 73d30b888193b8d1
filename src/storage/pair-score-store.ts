/**
 * Rewards of a run's original pairs, in parts as they were computed. Each part names the reward model it is from; those of another
 * one are no longer of use. What cannot be read counts as not computed: it can be computed again.
 */
import { z } from 'zod';
import { InputError } from '../protocol/errors';
import type { StudioDatabase } from './database';
import { writeWithQuota } from './quota';

export interface PairScores {
  /** In the run's dataset. */
  positions: Uint32Array;
  /** Rewards; NaN for a pair that cannot be encoded. */
  chosen: Float32Array;
  rejected: Float32Array;
}

export interface PairScoresRecord extends PairScores {
  runId: string;
  /** From 0, in the order of writing; together with the run its key. */
  part: number;
  /** The key of the reward model's artifact. */
  reward: string;
}

const partSchema = z
  .object({
    runId: z.string(),
    part: z.number().int(),
    reward: z.string(),
    positions: z.instanceof(Uint32Array),
    chosen: z.instanceof(Float32Array),
    rejected: z.instanceof(Float32Array),
  })
  .refine(({ positions, chosen, rejected }) => [chosen, rejected].every(({ length }) => length === positions.length));

const rangeOf = (runId: string, from = 0) => IDBKeyRange.bound([runId, from], [runId, []]);

/**
 * Adds a part; parts of another reward model go.
 * @throws InputError when the run is gone or the storage is full
 */
export async function appendPairScores(
  database: StudioDatabase,
  { runId, reward, ...scores }: PairScores & { runId: string; reward: string },
): Promise<void> {
  await writeWithQuota('rewards of pairs', 12 * scores.positions.length + 200, async () => {
    const transaction = database.transaction(['runs', 'pairScores'], 'readwrite');
    const store = transaction.objectStore('pairScores');
    const [run, last] = await Promise.all([
      transaction.objectStore('runs').getKey(runId),
      store.openCursor(rangeOf(runId), 'prev'),
    ]);
    if (run === undefined) {
      transaction.abort();
      await transaction.done.catch(() => {});
      throw new InputError('There is no such run; it may have been deleted in another window.');
    }
    if (last && last.value.reward !== reward) void store.delete(rangeOf(runId));
    void store.put({ runId, part: (last?.value.part ?? -1) + 1, reward, ...scores });
    await transaction.done;
  });
}

/** The parts from `from` on that this reward model computed, in order. */
export async function readPairScores(
  database: StudioDatabase,
  runId: string,
  reward: string,
  from = 0,
): Promise<PairScoresRecord[]> {
  const stored: unknown[] = await database.getAll('pairScores', rangeOf(runId, from));
  return stored.flatMap((one) => {
    const { success, data } = partSchema.safeParse(one);
    return success && data.reward === reward ? [data as PairScoresRecord] : [];
  });
}
