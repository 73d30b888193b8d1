/**
 * Connects the page to the training worker: a SharedWorker that outlives a reload, or, where that is missing or has no
 * WebGPU inside, the same code as a dedicated worker. Leaves out all state; the store keeps that.
 */
import type { TrainingCommands, TrainingEvents } from '../protocol/studio';
import { createBridge, type Bridge, type ConnectionStatus } from './bridge';
import { linkSharedWorker, linkWorker, type Link } from './link';

export type TrainingClient = Bridge<TrainingCommands, TrainingEvents>;

declare global {
  interface WorkerOptions {
    /** Chrome 148+: the worker lives on for a while without any page. */
    extendedLifetime?: boolean;
  }
}

function openShared(): Link {
  return linkSharedWorker(
    new SharedWorker(new URL('../../workers/training.worker.ts', import.meta.url), {
      type: 'module',
      name: 'whetstone',
      extendedLifetime: true,
    }),
  );
}

function openDedicated(): Link {
  return linkWorker(
    new Worker(new URL('../../workers/training.worker.ts', import.meta.url), { type: 'module', name: 'whetstone' }),
  );
}

/** How the two kinds of worker are opened; tests put their own in. */
export interface WorkerOpeners {
  shared: (() => Link) | null;
  dedicated: () => Link;
}

const browserOpeners = (): WorkerOpeners => ({
  shared: typeof SharedWorker === 'undefined' ? null : openShared,
  dedicated: openDedicated,
});

/**
 * Connects to the training worker and starts it where it is not running. The first event is `state`; commands wait for
 * it. When a shared worker reports that it has no GPU, a dedicated one takes over, once: WebGPU may be missing in
 * shared workers alone, and if it is missing altogether the dedicated worker's report says so.
 */
export function connectStudio(
  onStatus: (status: ConnectionStatus, error: Error | null) => void = () => {},
  openers: WorkerOpeners = browserOpeners(),
): TrainingClient {
  let shared = openers.shared;
  let failures = 0;
  return createBridge<TrainingCommands, TrainingEvents>({
    open: () => (shared ?? openers.dedicated)(),
    readyOn: 'state',
    refuses: (message) => {
      if (message.event !== 'state' || shared === null) return false;
      if (message.payload.deviceError === null) return false;
      shared = null;
      return true;
    },
    onStatus: (status, error) => {
      // A shared worker that breaks twice may break only because it is shared.
      if (error !== null && ++failures >= 2) shared = null;
      onStatus(status, error);
    },
  });
}
