/**
 * A client of a worker that is started at the first command and ended when it has had nothing to do for a while. Leaves out
 * which worker it is.
 */
import { createBridge, type ArgumentOf, type Bridge, type CommandMap, type ResultOf } from './bridge';
import type { Link } from './link';

export interface IdleClient<C extends CommandMap<C>, E> {
  /** Rejects with a RemoteError named after what went wrong. */
  send<K extends keyof C>(command: K, argument: ArgumentOf<C, K>, signal?: AbortSignal): Promise<ResultOf<C, K>>;
  /** Hears an event of every worker from now on. */
  listen<K extends keyof E>(event: K, handler: (payload: E[K]) => void): void;
  close(): void;
}

/** A client whose worker lives only while it is needed; `idleMs` after the last answer it is ended. */
export function createIdleClient<C extends CommandMap<C>, E>(open: () => Link, idleMs: number): IdleClient<C, E> {
  let bridge: Bridge<C, E> | null = null;
  let lost = false;
  let busy = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listening: ((to: Bridge<C, E>) => void)[] = [];

  function connect(): Bridge<C, E> {
    const opened = createBridge<C, E>({
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
      const listen = (to: Bridge<C, E>) => void to.listen(event, handler);
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
