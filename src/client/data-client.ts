/**
 * Connects the page to the data worker, which parses, hashes and stores chosen files and packs archives. It lives only while it
 * is needed. Leaves out the training worker.
 */
import type { DataCommands, DataEvents } from '../protocol/studio';
import { createIdleClient, type IdleClient } from './idle-client';
import { linkWorker, type Link } from './link';

/** Rejects with a RemoteError named InputError when the files cannot be used. */
export type DataClient = IdleClient<DataCommands, DataEvents>;

function openDataWorker(): Link {
  return linkWorker(
    new Worker(new URL('../../workers/data.worker.ts', import.meta.url), { type: 'module', name: 'whetstone-data' }),
  );
}

/** `idleMs` after its last answer the worker is ended. */
export const createDataClient = (open: () => Link = openDataWorker, idleMs = 30_000): DataClient =>
  createIdleClient<DataCommands, DataEvents>(open, idleMs);
