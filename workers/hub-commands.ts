/** The data worker's side of models on a Hub: looking up, downloading into the cache and the library, and the cache's content. */
import { downloadModel, type DownloadOptions } from '../src/hub/download';
import { lookUpModel } from '../src/hub/look-up';
import { CancelledError, InputError } from '../src/protocol/errors';
import type { CachedModel, HubModel, HubProgress } from '../src/protocol/hub';
import type { ModelSummary } from '../src/protocol/library';
import type { DataCommands } from '../src/protocol/studio';
import type { StudioDatabase } from '../src/storage/database';
import { deleteLibraryItem, modelsByCacheKey } from '../src/storage/library';
import { cacheKey, openModelCache, type CacheEntry, type ModelCache } from '../src/storage/model-cache';
import { storageRoom, writeWithQuota } from '../src/storage/quota';
import type { EmitDataEvent } from './data-commands';
import { importModel } from './model-import';
import type { Handlers } from './serve-commands';

/** What tests replace. */
export interface HubParts {
  cache: ModelCache;
  fetch?: typeof fetch;
  wait?: DownloadOptions['wait'];
}

/** A Hub that gives no answer for so long is told to be out of reach. */
const lookUpMs = 60_000;

export const browserHub = (): HubParts => ({ cache: openModelCache() });

type HubCommands = Pick<DataCommands, 'hubLookUp' | 'hubDownload' | 'cancelDownload' | 'listCache' | 'deleteCached'>;

export function createHubHandlers(
  database: Promise<StudioDatabase>,
  emit: EmitDataEvent,
  parts: HubParts,
): Handlers<HubCommands> {
  const { cache, fetch: fetchImpl } = parts;
  let current: AbortController | null = null;
  return {
    hubLookUp: async (request) => {
      const signal = AbortSignal.timeout(lookUpMs);
      const found = await lookUpModel(request, { signal, ...(fetchImpl && { fetch: fetchImpl }) });
      const entry = (await cache.list()).find(({ key }) => key === cacheKey(found.model));
      return { ...found, cachedBytes: entry ? await storedBytes(entry) : 0 };
    },
    hubDownload: async ({ model, token }) => {
      if (current !== null) throw new InputError('Another download is under way. Wait for it, or cancel it.');
      current = new AbortController();
      const { signal } = current;
      try {
        return await download(await database, model, parts, { token, signal }, (progress) =>
          emit('hubProgress', progress),
        );
      } finally {
        current = null;
      }
    },
    cancelDownload: () => {
      current?.abort(new CancelledError('The download was cancelled; what has arrived is kept.'));
      return null;
    },
    listCache: async () => {
      const modelIds = await modelsByCacheKey(await database);
      const models: CachedModel[] = [];
      for (const entry of await cache.list()) models.push(await describe(entry, modelIds.get(entry.key) ?? null));
      const { usage, quota } = await storageRoom();
      return { models, usedBytes: usage, quotaBytes: quota, persisted: await isPersisted() };
    },
    deleteCached: async ({ key }) => {
      const modelId = (await modelsByCacheKey(await database)).get(key);
      if (modelId !== undefined) await deleteLibraryItem(await database, 'model', modelId, cache);
      await cache.remove(key);
      return null;
    },
  };
}

async function download(
  database: StudioDatabase,
  model: HubModel,
  { cache, fetch: fetchImpl, wait }: HubParts,
  { token, signal }: { token: string | null; signal: AbortSignal },
  onProgress: (progress: HubProgress) => void,
): Promise<ModelSummary> {
  const entry = await cache.open(model);
  const bytesTotal = totalBytes(entry.model);
  const missing = bytesTotal - (await storedBytes(entry));
  await requireRoom(model, missing);
  const options = { token, signal, onProgress, ...(fetchImpl && { fetch: fetchImpl }), ...(wait && { wait }) };
  // The entry's own list of files: what is part-finished was begun by it.
  await writeWithQuota(model.name, missing, () => downloadModel(entry.model, entry, options));
  const { name, revision, endpoint, commit, licence } = entry.model;
  onProgress({
    ...{ name, phase: 'importing', file: '', bytesDone: bytesTotal, bytesTotal },
    ...{ bytesPerSecond: null, secondsLeft: null },
  });
  const files = (await cache.files(entry.key)).map(({ path, blob }) => ({ path, file: blob }));
  const shown = revision === 'main' ? name : `${name}@${revision}`;
  const source = { endpoint, name, commit, licence };
  return importModel(database, { name: shown, files }, { cacheKey: entry.key, source });
}

/** @throws InputError before anything is fetched that cannot be kept */
async function requireRoom({ name }: HubModel, missing: number): Promise<void> {
  const { usage, quota } = await storageRoom();
  if (usage === null || quota === null || missing <= quota - usage) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new InputError(
    `${name} needs ${gigabytes(missing)} more, but the browser has only ${gigabytes(Math.max(0, quota - usage))} left for this page. Delete models or runs, or free disk space.`,
  );
}

const totalBytes = ({ files }: HubModel): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

async function storedBytes(entry: CacheEntry): Promise<number> {
  let sum = 0;
  for (const { path, bytes } of entry.model.files) sum += Math.min(bytes, await entry.bytesOf(path));
  return sum;
}

async function describe(entry: CacheEntry, modelId: string | null): Promise<CachedModel> {
  const { key, model } = entry;
  return { key, model, bytesStored: await storedBytes(entry), bytesTotal: totalBytes(model), modelId };
}

async function isPersisted(): Promise<boolean> {
  if (typeof navigator === 'undefined' || !navigator.storage) return false;
  return navigator.storage.persisted();
}
