/** The data worker's commands for models on a Hub: from the look-up over a broken download to a model a run can read. */
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HubModel, HubProgress } from '../../../src/protocol/hub';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { getModel, listLibrary } from '../../../src/storage/library';
import { cacheKey, openModelCache } from '../../../src/storage/model-cache';
import { dataHandlers } from '../../../workers/data-commands';
import { mirrorModel, openMirror, type Mirror } from '../../support/hub-mirror';
import { PrivateFolder } from '../../support/private-files';

const folder = 'test/fixtures/golden/llama-tiny';
let mirror: Mirror;
let database: StudioDatabase;
let disk: PrivateFolder;
let told: HubProgress[];
let count = 0;

/** A data worker that begins anew, as after a reload, over what is stored. */
const worker = () => {
  const cache = openModelCache(() => Promise.resolve(disk));
  const emit = (event: string, payload: unknown) => {
    if (event === 'hubProgress') told.push(payload as HubProgress);
  };
  return dataHandlers(Promise.resolve(database), emit, { cache, wait: () => Promise.resolve() });
};
const cacheOf = () => openModelCache(() => Promise.resolve(disk));

beforeAll(async () => {
  mirror = await openMirror();
});
afterAll(() => mirror.close());
beforeEach(async () => {
  database = await openStudioDatabase(`hub commands ${count++}`);
  disk = new PrivateFolder();
  told = [];
  Object.assign(mirror.faults, { cuts: [], stallAfter: null });
  mirror.models.clear();
  mirror.models.set('tiny/llama', mirrorModel(folder));
  mirror.seen.length = 0;
});

const ask = { token: null, id: 'tiny/llama' };
const lookUp = () => worker().hubLookUp({ ...ask, endpoint: mirror.endpoint });
const manyCuts = () => mirror.faults.cuts.push(60_000, 0, 0, 0, 0, 0);

describe('a model of a Hub', () => {
  it('survives a download that breaks and a reload, and becomes a model of the library', async () => {
    const { model, bytes, cachedBytes } = await lookUp();
    expect(cachedBytes).toBe(0);
    manyCuts();
    await expect(worker().hubDownload({ model, token: null })).rejects.toThrow(/What has arrived is kept/);
    expect((await listLibrary(database)).models).toEqual([]);

    const { models } = await worker().listCache(null);
    expect(models).toMatchObject([{ model: { name: 'tiny/llama' }, bytesTotal: bytes, modelId: null }]);
    expect(models[0]!.bytesStored).toBeGreaterThan(60_000);
    expect(models[0]!.bytesStored).toBeLessThan(bytes);
    expect((await lookUp()).cachedBytes).toBe(models[0]!.bytesStored);

    const summary = await worker().hubDownload({ model: models[0]!.model, token: null });
    const licence = 'apache-2.0';
    const source = { endpoint: mirror.endpoint, name: 'tiny/llama', commit: model.commit, licence };
    expect(summary).toMatchObject({ name: 'tiny/llama', architecture: 'llama', source });
    expect(told.at(-1)).toMatchObject({ phase: 'importing', bytesDone: bytes, bytesTotal: bytes });

    const record = await getModel(database, summary.id, cacheOf());
    expect(record.files.map(({ path }) => path)).toContain('model.safetensors');
    const weights = record.files.find(({ path }) => path === 'model.safetensors')!.blob;
    const wanted = mirror.models.get('tiny/llama')!.files.get('model.safetensors')!;
    expect(Buffer.compare(new Uint8Array(await weights.arrayBuffer()), wanted)).toBe(0);
    expect(await database.get('models', summary.id)).toMatchObject({ files: [] });
    expect((await worker().listCache(null)).models).toMatchObject([{ bytesStored: bytes, modelId: summary.id }]);
  });

  it('has the id that the same files have from a folder', async () => {
    const { model } = await lookUp();
    const summary = await worker().hubDownload({ model, token: null });
    const files = [...mirror.models.get('tiny/llama')!.files].map(([path, bytes]) => ({
      path,
      file: new Blob([bytes]),
    }));
    expect((await worker().importModel({ name: 'folder', files })).id).toBe(summary.id);
  });

  it('is kept by its commit: a changed revision is another entry, and the old one stays whole', async () => {
    const { model: first } = await lookUp();
    await worker().hubDownload({ model: first, token: null });
    const next = mirrorModel(folder, { commit: 'd'.repeat(40) });
    next.files.set('generation_config.json', new TextEncoder().encode('{"eos_token_id": 2}'));
    mirror.models.set('tiny/llama', next);
    const { model: second, cachedBytes } = await lookUp();
    expect(cachedBytes).toBe(0);
    expect(cacheKey(second)).not.toBe(cacheKey(first));
    await worker().hubDownload({ model: second, token: null });
    expect((await worker().listCache(null)).models.map(({ model }) => model.commit).toSorted()).toEqual(
      [first.commit, second.commit].toSorted(),
    );
    expect((await cacheOf().files(cacheKey(first))).length).toBe(first.files.length);
  });

  it('goes with its files, whether deleted in the cache or in the library', async () => {
    for (const way of ['cache', 'library']) {
      const { model } = await lookUp();
      const { id } = await worker().hubDownload({ model, token: null });
      if (way === 'cache') await worker().deleteCached({ key: cacheKey(model) });
      else await worker().deleteItem({ kind: 'model', id });
      expect((await worker().listCache(null)).models).toEqual([]);
      expect((await listLibrary(database)).models).toEqual([]);
      await expect(cacheOf().files(cacheKey(model))).rejects.toThrow(/Download the model again/);
    }
  });

  it('is cancelled without an error of its own, and only one is downloaded at a time', async () => {
    const { model } = await lookUp();
    mirror.faults.stallAfter = 30_000;
    const one = worker();
    const cancelled = expect(one.hubDownload({ model, token: null })).rejects.toMatchObject({ name: 'CancelledError' });
    await expect(one.hubDownload({ model, token: null })).rejects.toThrow(/Another download is under way/);
    while (!told.some(({ file }) => file === 'model.safetensors'))
      await new Promise((resolve) => setTimeout(resolve, 10));
    await one.cancelDownload(null);
    await cancelled;
    expect((await worker().listCache(null)).models[0]!.bytesStored).toBeGreaterThan(0);
  });

  it('is not taken when another window writes it', async () => {
    const { model } = await lookUp();
    const entry = await cacheOf().open(model);
    const part = await entry.open(model.files[0]!.path);
    await expect(worker().hubDownload({ model, token: null })).rejects.toThrow(/in another window/);
    part.close();
  });
});

describe('the cache', () => {
  it('keeps endpoints apart, and passes over entries that it cannot read', async () => {
    const { model } = await lookUp();
    const other: HubModel = { ...model, endpoint: 'https://huggingface.co' };
    await cacheOf().open(model);
    await cacheOf().open(other);
    expect((await cacheOf().list()).map(({ model: { endpoint } }) => endpoint).toSorted()).toEqual(
      [model.endpoint, other.endpoint].toSorted(),
    );
    let place: PrivateFolder = await disk.getDirectoryHandle('hub');
    for (const part of cacheKey(other).split('/')) place = await place.getDirectoryHandle(part);
    const writable = await (await place.getFileHandle('entry.json')).createWritable();
    await writable.write('{"model": 3}');
    await writable.close();
    expect((await cacheOf().list()).map(({ key }) => key)).toEqual([cacheKey(model)]);
  });
});
