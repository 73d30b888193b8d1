/**
 * The worker's side of a typed command map: receives CommandMessages on a port, calls the handler of that name, and
 * posts one ReplyMessage for each. Leaves out events; see event-hub.ts.
 */
import type { ReplyMessage } from '../src/protocol/studio';
import { errorShape } from './error-shape';

/** A MessagePort, or a dedicated worker's own scope. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  /** MessagePorts hold messages back until started. */
  start?(): void;
}

type CommandMap<C> = { [K in keyof C]: [unknown, unknown] };

/** One handler for each command; derived from the map, so a missing or mistyped one does not compile. */
export type Handlers<C extends CommandMap<C>> = {
  [K in keyof C]: (argument: C[K][0]) => Promise<C[K][1]> | C[K][1];
};

interface Command<C extends CommandMap<C>, K extends keyof C = keyof C> {
  id: number;
  command: K;
  argument: C[K][0];
}

/** Answers every command that arrives on `port`. Errors go back as ErrorShape; none is lost, none ends the worker. */
export function serveCommands<C extends CommandMap<C>>(port: Port, handlers: Handlers<C>): void {
  port.addEventListener('message', ({ data }) => {
    if (isCommand(data, handlers)) void answer(data, handlers).then((reply) => port.postMessage(reply));
  });
  port.start?.();
}

/** The page is built with this worker, so only the name is checked; arguments from outside are checked by the handlers. */
function isCommand<C extends CommandMap<C>>(message: unknown, handlers: Handlers<C>): message is Command<C> {
  if (typeof message !== 'object' || message === null || !('id' in message) || !('command' in message)) return false;
  return typeof message.command === 'string' && Object.hasOwn(handlers, message.command);
}

async function answer<C extends CommandMap<C>>(message: Command<C>, handlers: Handlers<C>): Promise<ReplyMessage> {
  const { id, command, argument } = message;
  try {
    return { id, ok: true, result: await handlers[command](argument) };
  } catch (error) {
    return { id, ok: false, error: errorShape(error) };
  }
}
