/** The pages that listen to a worker: each one that attaches hears every event from then on. */
import type { Port } from './serve-commands';

export interface EventHub<Events> {
  /** Adds a page; `first` is sent to it alone, before anything else. */
  attach<K extends keyof Events>(port: Port, first: { event: K; payload: Events[K] }): void;
  /** Removes a page that is gone. */
  detach(port: Port): void;
  broadcast<K extends keyof Events>(event: K, payload: Events[K]): void;
}

export function createEventHub<Events>(): EventHub<Events> {
  const ports = new Set<Port>();
  return {
    attach: (port, first) => {
      port.postMessage(first);
      ports.add(port);
    },
    detach: (port) => void ports.delete(port),
    broadcast: (event, payload) => {
      for (const port of ports) port.postMessage({ event, payload });
    },
  };
}
