/**
 * The bridge to a worker: typed commands and events derived from the maps of src/protocol, and the lifecycle (start,
 * queue until ready, abort, failure, reconnect). Leaves out which worker it is; `open` decides that.
 */
import type { CommandMessage, EventMessage, ReplyMessage } from '../protocol/studio';
import type { Link } from './link';
import { RemoteError } from './remote-error';

/** A command map: [argument, result] by name. */
export type CommandMap<C> = { [K in keyof C]: [unknown, unknown] };
export type ArgumentOf<C extends CommandMap<C>, K extends keyof C> = C[K][0];
export type ResultOf<C extends CommandMap<C>, K extends keyof C> = C[K][1];

/** 'connecting': commands wait. 'ready': they go through. 'lost': the worker cannot be started; commands reject. */
export type ConnectionStatus = 'connecting' | 'ready' | 'lost' | 'closed';

export interface BridgeOptions<E> {
  /** Makes the wire; `attempt` counts from 0. May throw, which counts as a failure. */
  open: (attempt: number) => Link;
  /** Commands wait for this event; without it they go out at once. */
  readyOn?: keyof E;
  /** True when the worker that sent this event cannot serve: the next one is opened and gets the waiting commands. */
  refuses?: (message: EventMessage<E>) => boolean;
  onStatus?: (status: ConnectionStatus, error: Error | null) => void;
  /** Milliseconds before each reconnection; as many attempts as entries. */
  retryDelays?: readonly number[];
}

export interface Bridge<C extends CommandMap<C>, E> {
  /** Sends a command; rejects with a RemoteError, with the signal's reason, or when the worker is gone. */
  send<K extends keyof C>(command: K, argument: ArgumentOf<C, K>, signal?: AbortSignal): Promise<ResultOf<C, K>>;
  /** Hears an event until the returned function is called. */
  listen<K extends keyof E>(event: K, handler: (payload: E[K]) => void): () => void;
  close(): void;
}

interface Pending<C> {
  message: CommandMessage<C>;
  sent: boolean;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/** Builds a bridge and starts connecting at once. */
export function createBridge<C extends CommandMap<C>, E>(options: BridgeOptions<E>): Bridge<C, E> {
  const { readyOn, refuses, onStatus, retryDelays = [250, 1000, 4000] } = options;
  const pending = new Map<number, Pending<C>>();
  const listeners = new Map<PropertyKey, Set<(payload: unknown) => void>>();
  let link: Link | null = null;
  let status: ConnectionStatus = 'connecting';
  let attempt = 0;
  let failures = 0;
  let nextId = 1;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function setStatus(next: ConnectionStatus, error: Error | null = null): void {
    status = next;
    onStatus?.(next, error);
  }

  function flush(): void {
    for (const entry of pending.values()) {
      if (entry.sent) continue;
      entry.sent = true;
      link?.post(entry.message);
    }
  }

  function becomeReady(): void {
    failures = 0;
    if (status !== 'ready') setStatus('ready');
    flush();
  }

  function dropLink(): void {
    link?.close();
    link = null;
  }

  function receive(data: unknown): void {
    const message = data as ReplyMessage | EventMessage<E>;
    if (!('event' in message)) return settle(message);
    if (refuses?.(message)) return moveOn();
    // Listeners first: whoever sends a command on becoming ready has then seen the state it is about.
    for (const handler of [...(listeners.get(message.event) ?? [])]) handler(message.payload);
    if (message.event === readyOn) becomeReady();
  }

  function settle(reply: ReplyMessage): void {
    const entry = pending.get(reply.id);
    if (!entry) return; // aborted meanwhile
    pending.delete(reply.id);
    if (reply.ok) entry.resolve(reply.result);
    else entry.reject(new RemoteError(reply.error));
  }

  /** The worker refused: another one gets every command that has no answer yet. */
  function moveOn(): void {
    dropLink();
    for (const entry of pending.values()) entry.sent = false;
    setStatus('connecting');
    connect();
  }

  /** The worker is gone: what it was doing is unknown, so commands under way are rejected; waiting ones wait on. */
  function fail(error: Error): void {
    dropLink();
    const delay = retryDelays[failures++];
    for (const [id, entry] of [...pending]) {
      if (!entry.sent && delay !== undefined) continue;
      pending.delete(id);
      entry.reject(error);
    }
    setStatus(delay === undefined ? 'lost' : 'connecting', error);
    if (delay !== undefined) timer = setTimeout(connect, delay);
  }

  function connect(): void {
    try {
      const opened = options.open(attempt++);
      link = opened;
      opened.onFailure((error) => opened === link && fail(error));
      opened.onMessage((data) => opened === link && receive(data));
      if (readyOn === undefined) becomeReady();
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function send(command: PropertyKey, argument: unknown, signal?: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (status === 'lost' || status === 'closed') {
        return reject(new Error('The studio’s worker is not running. Reload the page; finished stages are kept.'));
      }
      const id = nextId++;
      const abort = () => {
        pending.delete(id);
        reject(signal?.reason);
      };
      const done = () => signal?.removeEventListener('abort', abort);
      signal?.addEventListener('abort', abort, { once: true });
      pending.set(id, {
        message: { id, command, argument } as CommandMessage<C>,
        sent: false,
        resolve: (result) => (done(), resolve(result)),
        reject: (error) => (done(), reject(error)),
      });
      if (status === 'ready') flush();
    });
  }

  connect();

  return {
    send: (command, argument, signal) => send(command, argument, signal),
    listen: (event, handler) => {
      const handlers = listeners.get(event) ?? new Set();
      listeners.set(event, handlers);
      const wrapped = (payload: unknown) => handler(payload as E[typeof event]);
      handlers.add(wrapped);
      return () => void handlers.delete(wrapped);
    },
    close: () => {
      clearTimeout(timer);
      dropLink();
      const error = new Error('The connection to the studio’s worker was closed.');
      for (const entry of pending.values()) entry.reject(error);
      pending.clear();
      setStatus('closed');
    },
  };
}
