/** Measured choices of kernels in the browser's storage. What a key is made of, and the measuring, are in src/rounds/tiles.ts. */
import type { StudioDatabase } from './database';
import { writeWithQuota } from './quota';
import { tuningRecordSchema, type StoredTiles } from './records';

/** What a run needs of a place for measured choices. Node tests give a map in memory. */
export interface TuningStore {
  /** null when there is none with this key, or it cannot be read. */
  get(key: string): Promise<StoredTiles | null>;
  put(key: string, tiles: StoredTiles): Promise<void>;
}

/** Choices in IndexedDB. */
export function databaseTuning(database: StudioDatabase): TuningStore {
  return {
    get: async (key) => {
      const parsed = tuningRecordSchema.safeParse(await database.get('tuning', key));
      return parsed.success ? parsed.data.tiles : null;
    },
    put: async (key, tiles) => {
      await writeWithQuota('the measured speed of kernels', 1e3, () => database.put('tuning', { key, tiles }));
    },
  };
}
