/**
 * Every request to the Hub goes through here: the token goes to the Hub's own origin alone, nothing is sent along (no cookies,
 * no referrer), and what went wrong is said so that a person can act on it.
 */
import { InputError } from '../protocol/errors';
import { hubConnection } from './connections';

export interface HubAccess {
  endpoint: string;
  token: string | null;
}

/** What is asked for, for the messages: "owner/name@revision". */
export interface Asked extends HubAccess {
  id: string;
  signal?: AbortSignal;
}

/** The browser's fetch; tests put their own in. */
export type Fetch = typeof fetch;

/** The connection broke or the Hub was busy: asking again later may help. */
export class HubConnectionError extends InputError {
  /** Seconds that the Hub asked to wait; null when it did not. */
  readonly retryAfter: number | null;

  constructor(message: string, retryAfter: number | null = null, cause?: unknown) {
    super(message, { cause });
    this.retryAfter = retryAfter;
  }
}

/**
 * A fetch that adds the token where it belongs and turns every failure into an InputError. Browsers and Node take the
 * Authorization header off when a redirect leaves the origin, which is how the Hub hands out large files.
 */
export function hubFetch({ endpoint, token, id, signal }: Asked, fetchImpl: Fetch = hubConnection): Fetch {
  const { origin } = new URL(endpoint);
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== origin) {
      throw new InputError(`${endpoint} names another server, ${url.origin}, for its own lists. This is not followed.`);
    }
    const headers = new Headers(init?.headers);
    if (token !== null) headers.set('Authorization', `Bearer ${token}`);
    const response = await send(url);
    if (response.ok) return response;
    throw await failureOf(response, { endpoint, token, id });

    async function send(target: URL): Promise<Response> {
      const options: RequestInit = { ...init, headers, credentials: 'omit', referrerPolicy: 'no-referrer' };
      try {
        return await fetchImpl(target.href, { ...options, ...(signal && { signal }) });
      } catch (cause) {
        if (signal?.aborted && !isTimeout(signal.reason)) throw signal.reason;
        throw new HubConnectionError(
          `${new URL(endpoint).host} cannot be reached. Are you offline? Check the connection and the address, and try again.`,
          null,
          cause,
        );
      }
    }
  };
}

const isTimeout = (reason: unknown) => reason instanceof DOMException && reason.name === 'TimeoutError';

async function failureOf(response: Response, { endpoint, token, id }: Asked): Promise<InputError> {
  await response.body?.cancel().catch(() => {});
  const { status } = response;
  const code = response.headers.get('X-Error-Code');
  const { host } = new URL(endpoint);
  if (status === 429 || status >= 500) return busy(response, host);
  if (code === 'RevisionNotFound') return new InputError(`${id}: ${host} has the model, but no such revision.`);
  if (code === 'EntryNotFound')
    return new InputError(`${id}: a file that is needed is not there (${fileOf(response)}).`);
  if (code === 'GatedRepo' || status === 403) return new InputError(gatedText(id, host, token));
  if (status === 401) {
    return new InputError(
      token === null
        ? `${id}: ${host} has no such public model. Check owner and name; if it is gated or private, give an access token.`
        : `${id}: ${host} does not accept this access token for it. Check the token, and owner and name.`,
    );
  }
  if (status === 404) return new InputError(`${id}: ${host} has no such model. Check owner, name and revision.`);
  return new InputError(`${id}: ${host} answered with status ${status}. Try again later.`);
}

function busy(response: Response, host: string): HubConnectionError {
  const wait = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const seconds = Number.isFinite(wait) && wait >= 0 ? wait : null;
  if (response.status !== 429)
    return new HubConnectionError(`${host} is in trouble (status ${response.status}). Try again later.`, seconds);
  const advice = seconds === null ? 'Wait some minutes' : `Wait ${Math.ceil(seconds)} s`;
  return new HubConnectionError(`${host} limits how often it is asked. ${advice} and try again.`, seconds);
}

const fileOf = ({ url }: Response): string => url.split('/').at(-1)?.slice(0, 100) ?? '';

function gatedText(id: string, host: string, token: string | null): string {
  const what = `${id} is gated: its owner wants to know who uses it.`;
  return token === null
    ? `${what} Accept its terms on ${host}, and give an access token of your account here.`
    : `${what} The account of this token has no access yet: accept the terms on ${host}, or use another token.`;
}
