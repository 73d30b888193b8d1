/** Connects the page to the pair worker, which looks through a run's pairs and keeps what the person decides about them. */
import type { PairCommands } from '../protocol/pairs';
import { createIdleClient, type IdleClient } from './idle-client';
import { linkWorker, type Link } from './link';

export type PairClient = IdleClient<PairCommands, Record<never, never>>;

/** Its index of a run's pairs goes with it, so it stays longer than a person looks away. */
const IDLE_MS = 10 * 60_000;

function openPairWorker(): Link {
  return linkWorker(
    new Worker(new URL('../../workers/pairs.worker.ts', import.meta.url), { type: 'module', name: 'whetstone-pairs' }),
  );
}

export const createPairClient = (open: () => Link = openPairWorker): PairClient =>
  createIdleClient<PairCommands, Record<never, never>>(open, IDLE_MS);
