/**
 * Downloads the files of a model: chunk by chunk from where each file ends, again after a cut connection, and verified at the
 * end. What has arrived stays, so that a download goes on after whatever ended it. Where files are kept is the store's affair.
 */
import { InputError } from '../protocol/errors';
import type { HubFile, HubModel, HubProgress } from '../protocol/hub';
import type { DownloadStore, PartFile } from './download-store';
import { fetchChunk } from './fetch-chunk';
import { HubConnectionError, hubFetch, type Fetch } from './hub-fetch';
import { createSpeedometer } from './speed';
import { isIntact } from './verify';

export interface DownloadOptions {
  token: string | null;
  signal: AbortSignal;
  onProgress: (progress: HubProgress) => void;
  fetch?: Fetch;
  /** Waits before another attempt. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  chunkBytes?: number;
}

/** Seconds before each further attempt; they begin anew whenever something arrived. */
const retrySeconds = [1, 2, 4, 8, 16];
const longestWait = 60;
const defaultChunkBytes = 1 << 26;

/**
 * @throws InputError when the Hub refuses, the connection stays broken, or a file is damaged twice; the signal's reason when
 *   it is cancelled. What has arrived is kept.
 */
export async function downloadModel(model: HubModel, store: DownloadStore, options: DownloadOptions): Promise<void> {
  const report = await createReport(model, store, options.onProgress);
  for (const file of model.files) {
    if (store.isDone(file.path)) continue;
    const part = await store.open(file.path);
    try {
      await downloadFile(model, file, part, options, report);
    } finally {
      part.close();
    }
    await store.markDone(file.path);
  }
}

/** Tells of progress: bytes of the file at work, on top of the other files'. */
type Report = (phase: HubProgress['phase'], file: HubFile, bytes: number) => void;

async function createReport(
  model: HubModel,
  store: DownloadStore,
  onProgress: DownloadOptions['onProgress'],
): Promise<Report> {
  const bytesOf = new Map<string, number>();
  for (const { path } of model.files) bytesOf.set(path, await store.bytesOf(path));
  const bytesTotal = model.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const speed = createSpeedometer();
  let said = { at: -Infinity, phase: '', file: '' };
  return (phase, { path, bytes: size }, bytes) => {
    if (phase === 'downloading') bytesOf.set(path, bytes);
    const now = performance.now();
    const bytesDone = [...bytesOf.values()].reduce((sum, part) => sum + part, 0);
    if (phase === 'downloading') speed.note(bytesDone, now);
    const same = said.phase === phase && said.file === path;
    if (same && now - said.at < 200 && bytes < size) return;
    said = { at: now, phase, file: path };
    const bytesPerSecond = speed.perSecond();
    const secondsLeft = bytesPerSecond ? (bytesTotal - bytesDone) / bytesPerSecond : null;
    onProgress({ name: model.name, phase, file: path, bytesDone, bytesTotal, bytesPerSecond, secondsLeft });
  };
}

async function downloadFile(
  model: HubModel,
  file: HubFile,
  part: PartFile,
  options: DownloadOptions,
  report: Report,
): Promise<void> {
  const { signal } = options;
  if (part.size() > file.bytes) part.truncate(0);
  for (const attempt of ['first', 'second']) {
    await fetchRest(model, file, part, options, report);
    const intact = await isIntact(part, file, async (bytes) => {
      report('verifying', file, bytes);
      await breathe();
      signal.throwIfAborted();
    });
    if (intact) return;
    part.truncate(0);
    if (attempt === 'second') {
      throw new InputError(
        `${file.path} of ${model.name} arrived damaged twice: its content is not what the Hub lists. Look the model up again; if it stays so, try another network.`,
      );
    }
  }
}

/** Lets messages in, such as a cancellation. */
const breathe = () => new Promise<void>((resolve) => void setTimeout(resolve, 0));

/** Fetches what is missing at the end of the part. */
async function fetchRest(
  model: HubModel,
  file: HubFile,
  part: PartFile,
  { token, signal, fetch: fetchImpl, wait = sleep, chunkBytes = defaultChunkBytes }: DownloadOptions,
  report: Report,
): Promise<void> {
  const { endpoint, name, commit } = model;
  let failures = 0;
  while (part.size() < file.bytes) {
    const before = part.size();
    try {
      await fetchChunk({
        ...{ model, file, part, signal, chunkBytes },
        api: (own) => hubFetch({ endpoint, token, id: `${name}@${commit.slice(0, 7)}`, signal: own }, fetchImpl),
        onBytes: (bytes) => report('downloading', file, bytes),
      });
      if (part.size() === before) throw new HubConnectionError(`${new URL(endpoint).host} gives no content.`);
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HubConnectionError)) throw error;
      failures = part.size() > before ? 1 : failures + 1;
      const seconds = retrySeconds[failures - 1];
      if (seconds === undefined)
        throw new HubConnectionError(`${error.message} What has arrived is kept.`, null, error);
      await wait(1000 * Math.min(longestWait, error.retryAfter ?? seconds), signal);
    }
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    };
    function done(): void {
      signal.removeEventListener('abort', stop);
      resolve();
    }
    signal.addEventListener('abort', stop, { once: true });
  });
}
