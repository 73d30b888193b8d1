/** The cache of downloaded models, where the browser stores less than it was given. */
import { expect, it } from 'vitest';
import { openModelCache, type CacheFolder } from '../../../src/storage/model-cache';

type CacheFile = Awaited<ReturnType<CacheFolder['getFileHandle']>>;

/** A folder whose files take `accepted` bytes of a write, and whose entry cannot be read. */
function fullFolder(accepted: number): CacheFolder {
  const handle = {
    ...{ getSize: () => 0, read: () => 0, write: () => accepted, truncate: () => {}, flush: () => {}, close: () => {} },
  };
  const file: CacheFile = {
    getFile: async () => new File(['no entry'], 'entry.json'),
    createWritable: async () => ({ write: async () => {}, close: async () => {} }),
    createSyncAccessHandle: async () => handle,
  };
  const folder: CacheFolder = {
    getDirectoryHandle: async () => folder,
    getFileHandle: async () => file,
    removeEntry: async () => {},
  };
  return folder;
}

it('a write that is stored in part is an error that says so', async () => {
  const cache = openModelCache(async () => fullFolder(3));
  const model = { endpoint: 'https://hub', name: 'a/b', revision: 'main', commit: 'c', licence: null, files: [] };
  const part = await (await cache.open(model)).open('model.safetensors');
  expect(() => part.write(new Uint8Array(3), 0)).not.toThrow();
  expect(() => part.write(new Uint8Array(5), 0)).toThrow(/only 3 of 5 bytes of model\.safetensors/);
});
