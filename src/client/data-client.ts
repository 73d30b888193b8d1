/**
 * Connects the page to the data worker, which parses, hashes and stores chosen files and packs archives. It is started
 * at the first command and ended when it has had nothing to do for a while. Leaves out the training worker.
 */
import type { DataCommands } from '../protocol/studio';
import { createBridge, type ArgumentOf, type Bridge, type ResultOf } from './bridge';
import { linkWorker, type Link } from './link';

type NoEvents = Record<never, never>;

export interface DataClient {
  /** Rejects with a RemoteError named InputError when the files cannot be used. */
  send<K extends keyof DataCommands>(
    command: K,
    argument: ArgumentOf<DataCommands, K>,
    signal?: AbortSignal,
  ): Promise<ResultOf<DataCommands, K>>;
  close(): void;
}

function openDataWorker(): Link {
  return linkWorker(
    new Worker(new URL('../../workers/data.worker.ts', import.meta.url), { type: 'module', name: 'whetstone-data' }),
  );
}

/** A client whose worker lives only while it is needed; `idleMs` after the last answer it is ended. */
export function createDataClient(open: () => Link = openDataWorker, idleMs = 30_000): DataClient {
  let bridge: Bridge<DataCommands, NoEvents> | null = null;
  let lost = false;
  let busy = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function close(): void {
    clearTimeout(timer);
    bridge?.close();
    bridge = null;
  }

  return {
    close,
    send: async (command, argument, signal) => {
      clearTimeout(timer);
      // A data worker that died is not revived by itself: the next command starts a fresh one.
      if (lost) close();
      lost = false;
      bridge ??= createBridge<DataCommands, NoEvents>({
        open,
        retryDelays: [],
        onStatus: (status) => status === 'lost' && (lost = true),
      });
      busy += 1;
      try {
        return await bridge.send(command, argument, signal);
      } finally {
        // What was aborted would go on in the worker; it is ended unless it works for somebody else too.
        if (signal?.aborted && busy === 1) close();
        busy -= 1;
        if (busy === 0) timer = setTimeout(close, idleMs);
      }
    },
  };
}
