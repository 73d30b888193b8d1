/**
 * The IndexedDB database of the studio: its stores and their migrations. One migration a version, never changed once
 * released. What the records mean is in records.ts; reading and writing in library.ts, datasets.ts, run-store.ts, artifact-store.ts.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { MetricPoint } from '../protocol/run-state';
import { InputError } from '../protocol/errors';
import type { ReviewAction } from '../protocol/pair-review';
import type { PairScoresRecord } from './pair-score-store';
import type { MemoryTimeline, SystemEvent } from '../protocol/system';
import type {
  Artifact,
  Checkpoint,
  DatasetItems,
  DatasetKeys,
  DatasetRecord,
  ImportedAdapterRecord,
  ModelRecord,
  RunRecord,
  TuningRecord,
} from './records';

/** A curve's point with the run and stage it belongs to; the three together are its key. */
export interface HistoryRecord extends MetricPoint {
  runId: string;
  stage: string;
}

/** A checkpoint in one of the two slots of a run's stage. */
interface CheckpointRecord extends Checkpoint {
  runId: string;
  stage: string;
  slot: number;
}

export interface StudioSchema extends DBSchema {
  models: { key: string; value: ModelRecord };
  datasets: { key: string; value: DatasetRecord };
  datasetItems: { key: [string, number]; value: DatasetItems };
  datasetKeys: { key: [string, number]; value: DatasetKeys };
  importedAdapters: { key: string; value: ImportedAdapterRecord };
  runs: { key: string; value: RunRecord };
  histories: { key: [string, string, number]; value: HistoryRecord };
  artifacts: { key: string; value: Artifact };
  checkpoints: { key: [string, string, number]; value: CheckpointRecord };
  tuning: { key: string; value: TuningRecord };
  memoryTimelines: { key: string; value: MemoryTimeline };
  systemLog: { key: string; value: { key: string; events: SystemEvent[] } };
  pairReviews: { key: [string, number]; value: ReviewAction };
  pairScores: { key: [string, number]; value: PairScoresRecord };
}

export type StudioDatabase = IDBPDatabase<StudioSchema>;

type Migration = (database: StudioDatabase) => void;

/** Migration i brings version i to i + 1. */
const migrations: Migration[] = [
  (database) => {
    database.createObjectStore('models', { keyPath: 'id' });
    database.createObjectStore('datasets', { keyPath: 'id' });
    database.createObjectStore('importedAdapters', { keyPath: 'id' });
    database.createObjectStore('runs', { keyPath: 'state.id' });
    database.createObjectStore('histories', { keyPath: ['runId', 'stage', 'step'] });
    database.createObjectStore('artifacts', { keyPath: 'key' });
    database.createObjectStore('checkpoints', { keyPath: ['runId', 'stage'] });
  },
  // Two slots a stage. Checkpoints of the old shape are dropped: their stages start again.
  (database) => {
    database.deleteObjectStore('checkpoints');
    database.createObjectStore('checkpoints', { keyPath: ['runId', 'stage', 'slot'] });
  },
  (database) => void database.createObjectStore('tuning', { keyPath: 'key' }),
  // Items of datasets in chunks. Datasets that hold their pairs themselves stay as they are, and are read as they are.
  (database) => {
    database.createObjectStore('datasetItems', { keyPath: ['key', 'chunk'] });
    database.createObjectStore('datasetKeys', { keyPath: ['key', 'chunk'] });
  },
  (database) => void database.createObjectStore('pairReviews', { keyPath: ['runId', 'sequence'] }),
  (database) => void database.createObjectStore('pairScores', { keyPath: ['runId', 'part'] }),
  (database) => {
    database.createObjectStore('memoryTimelines', { keyPath: 'runId' });
    database.createObjectStore('systemLog', { keyPath: 'key' });
  },
];

export const databaseVersion = migrations.length;

/**
 * Opens the studio's database, migrating it first where needed.
 * @throws InputError when a tab with a newer version of the studio wrote it, or the browser keeps no data.
 */
export async function openStudioDatabase(name = 'whetstone'): Promise<StudioDatabase> {
  try {
    return await openDB<StudioSchema>(name, databaseVersion, {
      upgrade: (database, from) => {
        for (const migrate of migrations.slice(from)) migrate(database);
      },
      // Another tab wants to migrate: let it; this connection's next use fails with a clear browser error.
      blocking: (_current, _blocked, event) => {
        if (event.target instanceof IDBDatabase) event.target.close();
      },
    });
  } catch (error) {
    throw new InputError(openFailure(error), { cause: error });
  }
}

function openFailure(error: unknown): string {
  if (error instanceof DOMException && error.name === 'VersionError') {
    return "The browser's storage was written by a newer version of the studio. Reload all its tabs to get that version.";
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `The browser's storage cannot be opened (${reason}). Private windows and blocked site data do this: allow site data for this address and reload.`;
}
