/** Turns "storage is full" into a message a person can act on. A write that fails leaves what was stored before as it was. */
import { InputError } from '../protocol/errors';

export interface StorageRoom {
  /** Bytes in use and allowed; null where the browser does not say. */
  usage: number | null;
  quota: number | null;
}

/** How much of the browser's storage is used. */
export async function storageRoom(): Promise<StorageRoom> {
  if (typeof navigator === 'undefined' || !navigator.storage) return { usage: null, quota: null };
  const { usage, quota } = await navigator.storage.estimate();
  return { usage: usage ?? null, quota: quota ?? null };
}

/**
 * Runs a write.
 * @param what what is written, for the message: "the model tiny"
 * @param bytes its size
 * @throws InputError when the storage is full, with the room that is needed and what to delete
 */
export async function writeWithQuota<T>(what: string, bytes: number, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isQuotaError(error)) throw error;
    throw new InputError(quotaMessage(what, bytes, await storageRoom()), { cause: error });
  }
}

function isQuotaError(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}

function quotaMessage(what: string, bytes: number, { usage, quota }: StorageRoom): string {
  const used = usage === null || quota === null ? '' : ` (${megabytes(usage)} of ${megabytes(quota)} are used)`;
  return (
    `The browser's storage is full: ${what} needs ${megabytes(bytes)}${used}. ` +
    'Delete a run, model or dataset that you no longer need, or free disk space, and try again. Nothing that was stored is lost.'
  );
}

function megabytes(bytes: number): string {
  return `${Math.max(0.1, bytes / 1e6).toFixed(1)} MB`;
}
