/**
 * What a worker may connect to: its own origin, and through hub-fetch.ts the Hub that the person asked. The page has a
 * Content-Security-Policy for that; it does not reach workers, whose scripts come without one from most hosts.
 */
import { InputError } from '../protocol/errors';

type Scope = Pick<typeof globalThis, 'fetch' | 'location'>;

const original: typeof fetch = globalThis.fetch.bind(globalThis);

/** For hub-fetch.ts alone, which lets through one origin. */
export const hubConnection: typeof fetch = (input, init) => original(input, init);

/** Other ways out, none of which the studio uses. */
const others = ['XMLHttpRequest', 'WebSocket', 'EventSource', 'WebTransport', 'importScripts'];

/** From now on code of this worker, libraries included, reaches nothing but its own origin. */
export function closeConnections(scope: Scope = globalThis): void {
  const { origin, href } = scope.location;
  const own: typeof fetch = scope.fetch.bind(scope);
  scope.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, href);
    if (url.origin === origin || url.protocol === 'data:') return own(input, init);
    return Promise.reject(new InputError(`The studio does not connect to ${url.host}: nobody asked for it.`));
  };
  for (const name of others) Reflect.set(scope, name, undefined);
}
