/**
 * Connects the page to the data worker, which parses, hashes and stores chosen files and packs archives. It is started
 * at the first command and ended when it has had nothing to do for a while. Leaves out the training worker.
 */
import type { DataCommands, DataEvents } from '../protocol/studio';
import { createBridge, type ArgumentOf, type Bridge, type ResultOf } from './bridge';
import { linkWorker, type Link } from './link';

export interface DataClient {
  /** Rejects with a RemoteError named InputError when the files cannot be used. */
  send<K extends keyof DataCommands>(
    command: K,
    argument: ArgumentOf<DataCommands, K>,
    signal?: AbortSignal,
  ): Promise<ResultOf<DataCommands, K>>;
  /** Hears an event of every worker from now on. */
  listen<K extends keyof DataEvents>(event: K, handler: (payload: DataEvents[K]) => void): void;
  close(): void;
}

function openDataWorker(): Link {
  return linkWorker(
    new Worker(new URL('../../workers/data.worker.ts', import.meta.url), { type: 'module', name: 'whetstone-data' }),
  );
}

/** A client whose worker lives only while it is needed; `idleMs` after the last answer it is ended. */
export function createDataClient(open: () => Link = openDataWorker, idleMs = 30_000): DataClient {
  let bridge: Bridge<DataCommands, DataEvents> | null = null;
  let lost = false;
  let busy = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listening: ((to: Bridge<DataCommands, DataEvents>) => void)[] = [];

  function connect(): Bridge<DataCommands, DataEvents> {
    const opened = createBridge<DataCommands, DataEvents>({
      open,
      retryDelays: [],
      onStatus: (status) => status === 'lost' && (lost = true),
    });
    for (const listen of listening) listen(opened);
    return opened;
  }

  function close(): void {
    clearTimeout(timer);
    bridge?.close();
    bridge = null;
  }

  return {
    close,
    listen: (event, handler) => {
      const listen = (to: Bridge<DataCommands, DataEvents>) => void to.listen(event, handler);
      listening.push(listen);
      if (bridge) listen(bridge);
    },
    send: async (command, argument, signal) => {
      clearTimeout(timer);
      // A data worker that died is not revived by itself: the next command starts a fresh one.
      if (lost) close();
      lost = false;
      bridge ??= connect();
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
