/**
 * Downloaded models in the browser's private file system, by the Hub's address, repository and commit, whole or in part. Files
 * are written in place through synchronous handles, which only dedicated workers have; any thread can read them.
 */
import { z } from 'zod';
import type { HubModel } from '../protocol/hub';
import { InputError } from '../protocol/errors';

/** The parts of FileSystemDirectoryHandle and FileSystemFileHandle that are used; not every thread's types have them all. */
export interface CacheFolder {
  getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<CacheFolder>;
  getFileHandle(name: string, options?: { create?: boolean }): Promise<CacheFile>;
  removeEntry(name: string, options?: { recursive?: boolean }): Promise<void>;
  keys?(): AsyncIterable<string>;
}

interface CacheFile {
  getFile(): Promise<File>;
  createWritable(): Promise<{ write(data: string): Promise<void>; close(): Promise<void> }>;
  createSyncAccessHandle?(): Promise<SyncFile>;
}

interface SyncFile {
  getSize(): number;
  read(target: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(bytes: number): void;
  flush(): void;
  close(): void;
}

const fileSchema = z.object({
  path: z.string(),
  bytes: z.number().int().min(0),
  sha256: z.string().nullable(),
  gitSha1: z.string().nullable(),
});
const entrySchema = z.object({
  model: z.object({
    endpoint: z.string(),
    name: z.string(),
    revision: z.string(),
    commit: z.string(),
    licence: z.string().nullable(),
    files: z.array(fileSchema),
  }) satisfies z.ZodType<HubModel>,
  /** Paths of the files that are whole and verified. */
  done: z.array(z.string()),
});
type StoredEntry = z.infer<typeof entrySchema>;

const entryName = 'entry.json';

/** What the cache has of one commit. */
export interface CacheEntry {
  key: string;
  model: HubModel;
  isDone(path: string): boolean;
  bytesOf(path: string): Promise<number>;
  /** @throws InputError when another window has it open */
  open(path: string): Promise<CachePart>;
  markDone(path: string): Promise<void>;
}

export interface CachePart {
  size(): number;
  read(target: Uint8Array<ArrayBuffer>, at: number): number;
  write(bytes: Uint8Array<ArrayBuffer>, at: number): void;
  truncate(bytes: number): void;
  flush(): void;
  close(): void;
}

export interface ModelCache {
  list(): Promise<CacheEntry[]>;
  /** Makes room for a model that is not there yet. */
  open(model: HubModel): Promise<CacheEntry>;
  /** All files of a model. @throws InputError when one is missing or not whole */
  files(key: string): Promise<{ path: string; blob: Blob }[]>;
  remove(key: string): Promise<void>;
}

/** "huggingface.co/owner/name/<commit>", each part fit for a folder's name. */
export function cacheKey({ endpoint, name, commit }: HubModel): string {
  return [encodeURIComponent(endpoint.replace(/^https?:\/\//, '')), ...name.split('/'), commit].join('/');
}

/** @param root the private file system's top folder; a test's own */
export function openModelCache(root: () => Promise<CacheFolder> = () => navigator.storage.getDirectory()): ModelCache {
  const top = async (create: boolean) => (await root()).getDirectoryHandle('hub', { create });
  const folderOf = async (key: string, create: boolean): Promise<CacheFolder> => {
    let folder = await top(create);
    for (const part of key.split('/')) folder = await folder.getDirectoryHandle(part, { create });
    return folder;
  };
  return {
    list: async () => {
      const folders = await ifThere(async () => foldersBelow(await top(false), 4));
      const entries: CacheEntry[] = [];
      for (const { folder } of folders ?? []) {
        const stored = await readEntry(folder);
        if (stored) entries.push(entryOf(folder, stored));
      }
      return entries.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    },
    open: async (model) => {
      const folder = await folderOf(cacheKey(model), true);
      const stored = await readEntry(folder);
      if (stored) return entryOf(folder, stored);
      const entry: StoredEntry = { model, done: [] };
      await writeEntry(folder, entry);
      return entryOf(folder, entry);
    },
    files: async (key) => {
      const folder = await ifThere(() => folderOf(key, false));
      const stored = folder && (await readEntry(folder));
      if (!folder || !stored || stored.model.files.some(({ path }) => !stored.done.includes(path)))
        throw new InputError(
          `The downloaded files of ${nameOf(key)} are no longer whole in this browser. Download the model again.`,
        );
      return Promise.all(
        stored.model.files.map(async ({ path }) => ({
          path,
          blob: await (await fileOf(folder, path, false)).getFile(),
        })),
      );
    },
    remove: async (key) => {
      const parts = key.split('/');
      const parent = await ifThere(() => folderOf(parts.slice(0, -1).join('/'), false));
      if (parent) await ifThere(() => parent.removeEntry(parts.at(-1) ?? '', { recursive: true }));
    },
  };
}

const nameOf = (key: string): string => key.split('/').slice(1, 3).join('/');

function entryOf(folder: CacheFolder, stored: StoredEntry): CacheEntry {
  const { model } = stored;
  return {
    key: cacheKey(model),
    model,
    isDone: (path) => stored.done.includes(path),
    bytesOf: async (path) => (await ifThere(async () => (await fileOf(folder, path, false)).getFile()))?.size ?? 0,
    open: async (path) => openPart(await fileOf(folder, path, true), path),
    markDone: async (path) => {
      stored.done = [...new Set([...stored.done, path])];
      await writeEntry(folder, stored);
    },
  };
}

async function openPart(file: CacheFile, path: string): Promise<CachePart> {
  if (!file.createSyncAccessHandle) throw new Error('internal: this thread cannot write files in place');
  try {
    const handle = await file.createSyncAccessHandle();
    return {
      size: () => handle.getSize(),
      read: (target, at) => handle.read(target, { at }),
      write: (bytes, at) => {
        const written = handle.write(bytes, { at });
        if (written !== bytes.length)
          throw new InputError(
            `The browser stored only ${written} of ${bytes.length} bytes of ${path}. Free some space, then go on with the download.`,
          );
      },
      truncate: (bytes) => handle.truncate(bytes),
      flush: () => handle.flush(),
      close: () => handle.close(),
    };
  } catch (cause) {
    if (!(cause instanceof DOMException) || cause.name !== 'NoModificationAllowedError') throw cause;
    throw new InputError(`${path} is being downloaded in another window. Wait for it, or cancel it there.`, { cause });
  }
}

/** Files have a folder of their own, so that none can take the entry's place. */
async function fileOf(folder: CacheFolder, path: string, create: boolean): Promise<CacheFile> {
  const files = await folder.getDirectoryHandle('files', { create });
  return files.getFileHandle(encodeURIComponent(path), { create });
}

/** undefined where there is none, or one that this version cannot read. */
async function readEntry(folder: CacheFolder): Promise<StoredEntry | undefined> {
  const file = await ifThere(() => folder.getFileHandle(entryName));
  if (!file) return undefined;
  const text = await (await file.getFile()).text();
  try {
    return entrySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The browser swaps the new content in when it is closed, so a half-written one is never seen. */
async function writeEntry(folder: CacheFolder, entry: StoredEntry): Promise<void> {
  const file = await folder.getFileHandle(entryName, { create: true });
  const writable = await file.createWritable();
  await writable.write(JSON.stringify(entry));
  await writable.close();
}

async function foldersBelow(folder: CacheFolder, depth: number): Promise<{ folder: CacheFolder }[]> {
  if (depth === 0) return [{ folder }];
  const found: { folder: CacheFolder }[] = [];
  if (!folder.keys) throw new Error('internal: this thread cannot list folders');
  for await (const name of folder.keys()) {
    const inside = await ifThere(() => folder.getDirectoryHandle(name));
    if (inside) found.push(...(await foldersBelow(inside, depth - 1)));
  }
  return found;
}

/** undefined when what is asked for is not there, or a file where a folder is expected. */
async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DOMException && ['NotFoundError', 'TypeMismatchError'].includes(error.name)) return undefined;
    throw error;
  }
}
