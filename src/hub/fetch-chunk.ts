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
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(new HubConnectionError('The connection gives nothing any more.')), stallMs);
  };
  alive();
  try {
    const from = part.size();
    const last = Math.min(from + chunkBytes, file.bytes) - 1;
    const url = `${model.endpoint}/${model.name}/resolve/${model.commit}/${encodeURIComponent(file.path)}`;
    const response = await api(own)(url, { headers: { Range: `bytes=${from}-${last}` }, cache: 'no-store' });
    const limit = checkAnswer(response, model, file, part) + 1;
    await writeBody(response, part, Math.max(limit, last + 1), { alive, onBytes });
  } catch (error) {
    signal.throwIfAborted();
    throw asConnectionError(error, model);
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

async function writeBody(
  response: Response,
  part: PartFile,
  limit: number,
  { alive, onBytes }: { alive: () => void; onBytes: (bytes: number) => void },
): Promise<void> {
  const reader = response.body?.getReader();
  if (!reader) throw new HubConnectionError('The answer has no content.');
  let unflushed = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    alive();
    const at = part.size();
    if (at + next.value.length > limit) throw new HubConnectionError('The answer is longer than asked for.');
    part.write(next.value, at);
    unflushed += next.value.length;
    if (unflushed > flushEvery) {
      part.flush();
      unflushed = 0;
    }
    onBytes(part.size());
  }
}

/** A body that breaks off is a TypeError of the platform's. */
function asConnectionError(error: unknown, { endpoint }: HubModel): unknown {
  if (error instanceof InputError) return error;
  const broken = error instanceof TypeError || (error instanceof DOMException && error.name !== 'QuotaExceededError');
  if (!broken && !(error instanceof Error && error.name === 'AbortError')) return error;
  return new HubConnectionError(`The connection to ${new URL(endpoint).host} broke off.`, null, error);
}
