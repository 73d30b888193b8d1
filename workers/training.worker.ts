/**
 * Entry of the training worker, shared or dedicated: opens storage, then serves every page that attaches. It owns the
 * GPU and outlives a reload where it is shared. All behaviour is in training-service.ts.
 */
import { closeConnections } from '../src/hub/connections';
import type { StudioState } from '../src/protocol/studio';
import { openStudioDatabase } from '../src/storage/database';
import { createDeviceKeeper } from './device-keeper';
import { errorShape } from './error-shape';
import { isTrainingElsewhere, takeRunLock } from './run-lock';
import type { Port } from './serve-commands';
import { createTrainingService } from './training-service';

closeConnections();

const isShared = typeof SharedWorkerGlobalScope !== 'undefined' && self instanceof SharedWorkerGlobalScope;
const workerKind = isShared ? 'shared' : 'dedicated';

const service = openStudioDatabase().then((database) =>
  createTrainingService({
    database,
    workerKind,
    devices: createDeviceKeeper(),
    takeLock: () => takeRunLock(),
    isTrainingElsewhere: () => isTrainingElsewhere(),
  }),
);

function attach(port: Port): void {
  service.then(
    ({ attach }) => attach(port),
    (error: unknown) => port.postMessage({ event: 'state', payload: brokenState(error) }),
  );
}

/** Without storage nothing works; the page shows the reason where it shows a missing GPU. */
function brokenState(error: unknown): StudioState {
  const deviceError = errorShape(error);
  return {
    adapter: null,
    deviceError,
    models: [],
    datasets: [],
    importedAdapters: [],
    runs: [],
    runsElsewhere: [],
    workerKind,
  };
}

if (isShared) {
  self.addEventListener('connect', (event) => {
    const port = event instanceof MessageEvent ? event.ports[0] : undefined;
    if (!port) return;
    attach(port);
    // Chrome 122+ says when a page is gone; elsewhere messages to it are dropped silently.
    port.addEventListener('close', () => void service.then(({ detach }) => detach(port)));
  });
} else if (self instanceof DedicatedWorkerGlobalScope) {
  attach(self);
}
