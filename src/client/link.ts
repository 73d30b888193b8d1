/**
 * One wire to a worker, whatever carries it: a SharedWorker's port, a dedicated Worker, or a bare MessagePort (tests).
 * Leaves out every meaning of the messages; that is the bridge's business.
 */

/** A two-way channel of structured-clonable messages. */
export interface Link {
  post(message: unknown): void;
  onMessage(handler: (data: unknown) => void): void;
  /** Called at most once, when the other end is gone or never came up. */
  onFailure(handler: (error: Error) => void): void;
  close(): void;
}

/** Worker faults arrive as ErrorEvents whose message may be empty (a script that could not be loaded). */
function workerFailure(event: Event): Error {
  const detail = event instanceof ErrorEvent && event.message !== '' ? event.message : 'its script could not be loaded';
  return new Error(`The studio's worker stopped: ${detail}. Reload the page; finished stages are kept.`);
}

/** Wraps one end of a MessageChannel; its 'close' event (Chrome 122+) tells that the other end is gone. */
export function linkPort(port: MessagePort): Link {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (handler) => {
      port.addEventListener('message', (event: MessageEvent<unknown>) => handler(event.data));
      port.start();
    },
    onFailure: (handler) => {
      const gone = 'The connection to the studio’s worker closed. Finished stages are kept.';
      port.addEventListener('close', () => handler(new Error(gone)), { once: true });
    },
    close: () => port.close(),
  };
}

/** Wraps a SharedWorker. Closing the link leaves the worker to the other tabs. */
export function linkSharedWorker(worker: SharedWorker): Link {
  const port = linkPort(worker.port);
  return {
    ...port,
    onFailure: (handler) => {
      worker.addEventListener('error', (event) => handler(workerFailure(event)), { once: true });
      port.onFailure(handler);
    },
  };
}

/** Wraps a dedicated Worker. Closing the link ends the worker. */
export function linkWorker(worker: Worker): Link {
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handler) => worker.addEventListener('message', (event: MessageEvent<unknown>) => handler(event.data)),
    onFailure: (handler) => {
      worker.addEventListener('error', (event) => handler(workerFailure(event)), { once: true });
    },
    close: () => worker.terminate(),
  };
}
