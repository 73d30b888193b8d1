/** One request for the next bytes of a file, written as they arrive. Retrying and verifying are in download.ts. */
import { InputError } from '../protocol/errors';
import type { HubFile, HubModel } from '../protocol/hub';
import type { PartFile } from './download-store';
import { HubConnectionError, type Fetch } from './hub-fetch';

interface ChunkRequest {
  model: HubModel;
  file: HubFile;
  part: PartFile;
  signal: AbortSignal;
  chunkBytes: number;
  /** A fetch that the given signal ends. */
  api: (signal: AbortSignal) => Fetch;
  /** Hears the size of the part. */
  onBytes: (bytes: number) => void;
}

/** A connection that gives nothing for so long is given up. */
const stallMs = 45_000;
/** Bytes between two flushes: what a crash of the machine may cost. */
const flushEvery = 1 << 23;

/**
 * Adds at most `chunkBytes` to the end of the part.
 * @throws HubConnectionError when the connection breaks; what arrived before is kept
 */
export async function fetchChunk({ model, file, part, signal, chunkBytes, api, onBytes }: ChunkRequest): Promise<void> {
  const stalled = new AbortController();
  const own = AbortSignal.any([signal, stalled.signal]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unflushed = 0;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(new HubConnectionError('The connection gives nothing any more.')), stallMs);
  };
  alive();
  try {
    const from = part.size();
    const last = Math.min(from + chunkBytes, file.bytes) - 1;
    const url = `${model.endpoint}/${model.name}/resolve/${model.commit}/${encodeURIComponent(file.path)}`;
    const headers = { Range: `bytes=${from}-${last}` };
    const response = await overNetwork(() => api(own)(url, { headers, cache: 'no-store' }), model, signal);
    const limit = Math.max(checkAnswer(response, model, file, part), last) + 1;
    for await (const bytes of piecesOf(response, model, signal)) {
      alive();
      const at = part.size();
      if (at + bytes.length > limit) throw new HubConnectionError('The answer is longer than asked for.');
      part.write(bytes, at);
      unflushed += bytes.length;
      if (unflushed > flushEvery) {
        part.flush();
        unflushed = 0;
      }
      onBytes(part.size());
    }
  } finally {
    clearTimeout(timer);
    part.flush();
  }
}

/**
 * Checks that the answer continues the part, or begins it anew where the server knows no ranges.
 * @returns the last byte that the answer may reach
 */
function checkAnswer(response: Response, model: HubModel, file: HubFile, part: PartFile): number {
  const commit = response.headers.get('X-Repo-Commit');
  if (commit !== null && commit !== model.commit) throw changed(model, file);
  if (response.status !== 206) {
    part.truncate(0);
    return file.bytes - 1;
  }
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers.get('Content-Range') ?? '');
  // Not every server lets a page see this header.
  if (!range) return part.size();
  const [from, last, total] = [Number(range[1]), Number(range[2]), Number(range[3])];
  if (from !== part.size() || (Number.isFinite(total) && total !== file.bytes)) throw changed(model, file);
  return last;
}

const changed = ({ name }: HubModel, { path }: HubFile): InputError =>
  new InputError(`${path} of ${name} is another one than a moment ago. Look the model up again.`);

async function* piecesOf(
  response: Response,
  model: HubModel,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (!reader) throw new HubConnectionError('The answer has no content.');
  try {
    for (;;) {
      const next = await overNetwork(() => reader.read(), model, signal);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/**
 * Waits for the network. A connection that breaks off is a TypeError, a DOMException or an AbortError of the platform's, which
 * writing to the disk can throw too: so only what is waited for here counts as a broken connection.
 */
async function overNetwork<T>(work: () => Promise<T>, { endpoint }: HubModel, signal: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof InputError) throw error;
    const broken =
      error instanceof TypeError ||
      error instanceof DOMException ||
      (error instanceof Error && error.name === 'AbortError');
    throw broken
      ? new HubConnectionError(`The connection to ${new URL(endpoint).host} broke off.`, null, error)
      : error;
  }
}
