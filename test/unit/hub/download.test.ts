/** Downloads from a mirror on loopback: cut connections, going on later, damaged content, changed files, and the token. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { downloadModel, type DownloadOptions } from '../../../src/hub/download';
import { lookUpModel } from '../../../src/hub/look-up';
import { CancelledError } from '../../../src/protocol/errors';
import type { HubModel, HubProgress } from '../../../src/protocol/hub';
import { mirrorModel, openMirror, type Mirror, type MirrorModel } from '../../support/hub-mirror';
import { memoryDownloads, type MemoryDownloads } from '../../support/memory-downloads';

const weights = 'model.safetensors';
let mirror: Mirror;
let source: MirrorModel;
let store: MemoryDownloads;
let waits: number[];

beforeAll(async () => {
  mirror = await openMirror();
});
afterAll(() => mirror.close());
beforeEach(() => {
  source = mirrorModel('test/fixtures/golden/llama-tiny');
  mirror.models.clear();
  mirror.models.set('tiny/llama', source);
  store = memoryDownloads();
  waits = [];
  Object.assign(mirror.faults, { cuts: [], stallAfter: null, statuses: [], ignoreRange: false, damage: 0 });
  mirror.seen.length = 0;
});

async function lookUp(token: string | null = null): Promise<HubModel> {
  const { model } = await lookUpModel({ endpoint: mirror.endpoint, id: 'tiny/llama', token });
  mirror.seen.length = 0;
  return model;
}

const optionsWith = (options: Partial<DownloadOptions>): DownloadOptions => ({
  token: null,
  signal: new AbortController().signal,
  onProgress: () => {},
  wait: (ms) => Promise.resolve(void waits.push(ms)),
  ...options,
});

const download = (model: HubModel, options: Partial<DownloadOptions> = {}) =>
  downloadModel(model, store, optionsWith(options));

function expectWhole(model: HubModel): void {
  for (const { path } of model.files) {
    expect(store.done.has(path), path).toBe(true);
    const [found, wanted] = [store.files.get(path), source.files.get(path)];
    // Not by toEqual, which takes seconds for a megabyte.
    expect(found && wanted && Buffer.compare(found, wanted), path).toBe(0);
  }
}

const rangesOfWeights = () => mirror.seen.filter(({ server }) => server === 'cdn').map(({ range }) => range);

describe('a download', () => {
  it('brings every file, in chunks, with progress to its end', async () => {
    const model = await lookUp();
    const told: HubProgress[] = [];
    await download(model, { chunkBytes: 100_000, onProgress: (progress) => told.push(progress) });
    expectWhole(model);
    const size = source.files.get(weights)!.length;
    expect(rangesOfWeights()).toHaveLength(Math.ceil(size / 100_000));
    const total = model.files.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(told.at(-1)).toMatchObject({ phase: 'verifying', bytesDone: total, bytesTotal: total });
    expect(told.map(({ bytesDone }) => bytesDone)).toEqual(
      told.map(({ bytesDone }) => bytesDone).toSorted((a, b) => a - b),
    );
  });

  it('that is cut three times goes on from where each one ended', async () => {
    const model = await lookUp();
    mirror.faults.cuts.push(50_000, 30_000, 1);
    await download(model);
    expectWhole(model);
    const starts = rangesOfWeights().map((range) => Number(/\d+/.exec(range ?? '')?.[0]));
    expect(starts).toHaveLength(4);
    expect(starts).toEqual([0, 50_000, 80_000, 80_001]);
    expect(waits).toEqual([1000, 1000, 1000]);
  });

  it('that is cut until it gives up keeps what arrived, and a later one fetches only the rest', async () => {
    const model = await lookUp();
    mirror.faults.cuts.push(70_000, 0, 0, 0, 0, 0);
    await expect(download(model)).rejects.toThrow(/broke off.*What has arrived is kept/);
    expect(store.files.get(weights)?.length).toBe(70_000);
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000]);
    mirror.seen.length = 0;
    await download(model);
    expectWhole(model);
    expect(rangesOfWeights()[0]).toMatch(/^bytes=70000-/);
    const small = mirror.seen.filter(({ path }) => path.endsWith('config.json'));
    expect(small).toEqual([]);
  });

  it('waits as long as a busy Hub asks', async () => {
    const model = await lookUp();
    mirror.faults.statuses.push(429);
    await download(model);
    expectWhole(model);
    expect(waits).toEqual([3000]);
  });

  it('begins a file again where the server knows no ranges', async () => {
    const model = await lookUp();
    store.files.set(weights, source.files.get(weights)!.slice(0, 1234));
    mirror.faults.ignoreRange = true;
    await download(model);
    expectWhole(model);
  });

  it('that is cancelled keeps what arrived', async () => {
    const model = await lookUp();
    mirror.faults.stallAfter = 40_000;
    const controller = new AbortController();
    const onProgress = ({ file, phase }: HubProgress) => {
      if (file === weights && phase === 'downloading') controller.abort(new CancelledError('enough'));
    };
    await expect(download(model, { signal: controller.signal, onProgress })).rejects.toThrow('enough');
    expect(store.files.get(weights)?.length).toBeGreaterThan(0);
    mirror.faults.stallAfter = null;
    await download(model);
    expectWhole(model);
  });
});

describe('content that is not what the Hub lists', () => {
  it('is fetched again once: damage on the way, or of what was stored', async () => {
    const model = await lookUp();
    mirror.faults.damage = 1;
    await download(model);
    expectWhole(model);
    store = memoryDownloads();
    const stored = source.files.get(weights)!.slice(0, 5000);
    stored[17]! ^= 255;
    store.files.set(weights, stored);
    await download(model);
    expectWhole(model);
  });

  it('is refused when it stays so, for small files (git) and large ones (SHA-256) alike', async () => {
    const model = await lookUp();
    for (const path of ['config.json', weights]) {
      store = memoryDownloads();
      const changed = source.files.get(path)!.slice();
      changed[changed.length - 1]! ^= 1;
      mirror.models.set('tiny/llama', { ...source, files: new Map([...source.files, [path, changed]]) });
      await expect(download(model)).rejects.toThrow(new RegExp(`${path.replace('.', '\\.')} .* arrived damaged twice`));
      expect(store.done.has(path)).toBe(false);
      expect(store.files.get(path)?.length).toBe(0);
    }
  });

  it('that cannot be written ends at once, and is no broken connection', async () => {
    const model = await lookUp();
    const broken = new TypeError('The file handle is closed.');
    const failing: MemoryDownloads = {
      ...store,
      open: async (path) => ({
        ...(await store.open(path)),
        write: () => {
          throw broken;
        },
      }),
    };
    await expect(downloadModel(model, failing, optionsWith({}))).rejects.toBe(broken);
    expect(waits).toEqual([]);
  });

  it('is refused when the file has another length, or the commit is another one', async () => {
    const model = await lookUp();
    const longer = new Uint8Array(source.files.get(weights)!.length + 1);
    mirror.models.set('tiny/llama', { ...source, files: new Map([...source.files, [weights, longer]]) });
    await expect(download(model)).rejects.toThrow(/is another one than a moment ago/);
    mirror.models.set('tiny/llama', source);
    store = memoryDownloads();
    const old: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      const headers = new Headers(response.headers);
      headers.set('X-Repo-Commit', 'b'.repeat(40));
      return new Response(response.body, { status: response.status, headers });
    };
    await expect(download(model, { fetch: old })).rejects.toThrow(/is another one than a moment ago/);
  });
});

describe('a token', () => {
  it('goes to the Hub and to no other server that it redirects to', async () => {
    mirror.models.set('tiny/llama', { ...source, token: 'secret' });
    const model = await lookUp('secret');
    await download(model, { token: 'secret' });
    expectWhole(model);
    const [hub, cdn] = (['hub', 'cdn'] as const).map((server) => mirror.seen.filter((one) => one.server === server));
    expect(hub!.every(({ authorization }) => authorization === 'Bearer secret')).toBe(true);
    expect(cdn!.length).toBeGreaterThan(0);
    expect(cdn!.every(({ authorization }) => authorization === undefined)).toBe(true);
    expect(JSON.stringify([...store.files.keys()]) + JSON.stringify(model)).not.toContain('secret');
  });
});
