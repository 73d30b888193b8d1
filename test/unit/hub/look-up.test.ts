/** Looking a model up at a mirror on loopback: what is found, what is refused and why, and who gets the token. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lookUpModel } from '../../../src/hub/look-up';
import { mirrorModel, openMirror, type Mirror, type MirrorModel } from '../../support/hub-mirror';

const folder = 'test/fixtures/golden/llama-tiny';
let mirror: Mirror;

beforeAll(async () => {
  mirror = await openMirror();
});
afterAll(() => mirror.close());
beforeEach(() => {
  mirror.models.clear();
  mirror.seen.length = 0;
});
afterEach(() => {
  Object.assign(mirror.faults, { cuts: [], statuses: [], nextPage: null });
});

const lookUp = (id: string, token: string | null = null, endpoint = mirror.endpoint) =>
  lookUpModel({ endpoint, id, token });

function withFiles(change: (files: MirrorModel['files']) => void, changes: Partial<MirrorModel> = {}): MirrorModel {
  const model = mirrorModel(folder, changes);
  change(model.files);
  return model;
}

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('a model that can be used', () => {
  it('tells commit, licence, files, size and architecture, and reads nothing but config.json', async () => {
    const model = withFiles((files) => {
      files.set('pytorch_model.bin', new Uint8Array(5000));
      files.set('README.md', new Uint8Array(10));
    });
    mirror.models.set('tiny/llama', model);
    const found = await lookUp('tiny/llama');
    expect(found).toMatchObject({ architecture: 'llama', contextLength: 512, refusal: null });
    expect(found.parameters).toBeGreaterThan(10_000);
    expect(found.model).toMatchObject({ name: 'tiny/llama', revision: 'main', licence: 'apache-2.0' });
    expect(found.model.commit).toBe(model.commit);
    const paths = found.model.files.map(({ path }) => path);
    expect(paths).toContain('model.safetensors');
    expect(paths).toContain('tokenizer.json');
    expect(paths).not.toContain('pytorch_model.bin');
    expect(paths).not.toContain('README.md');
    expect(found.bytes).toBe(paths.reduce((sum, path) => sum + model.files.get(path)!.length, 0));
    const weights = found.model.files.find(({ path }) => path === 'model.safetensors');
    expect(weights?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(found.model.files.find(({ path }) => path === 'config.json')?.gitSha1).toMatch(/^[0-9a-f]{40}$/);
    const read = mirror.seen.filter(({ path }) => path.includes('/resolve/'));
    expect(read.map(({ path }) => path.split('/').at(-1))).toEqual(['config.json']);
  });

  it('lists the shards that the index names', async () => {
    mirror.models.set('tiny/shards', mirrorModel('test/fixtures/golden/llama-tiny-sharded'));
    const { model, refusal } = await lookUp('tiny/shards@main');
    expect(refusal).toBeNull();
    const shards = model.files.filter(({ path }) => path.endsWith('.safetensors'));
    expect(shards.length).toBeGreaterThan(1);
  });
});

describe('an answer without end', () => {
  it('is given up at 50 MB, though no length was announced', async () => {
    mirror.models.set('tiny/llama', mirrorModel(folder));
    let sent = 0;
    const piece = new Uint8Array(1 << 20).fill(0x20);
    const endless = new ReadableStream<Uint8Array>({ pull: (sink) => (sink.enqueue(piece), void (sent += 1)) });
    const fetched: typeof fetch = async (input, init) =>
      String(input).includes('/resolve/') ? new Response(endless) : fetch(input, init);
    const found = lookUpModel({ endpoint: mirror.endpoint, id: 'tiny/llama', token: null }, { fetch: fetched });
    await expect(found).rejects.toThrow(/config\.json of this model has more than 50 MB/);
    expect(sent).toBeLessThan(60);
  });
});

describe('a model that cannot be used is looked up and refused with the reason', () => {
  const cases: [string, (files: MirrorModel['files']) => void, RegExp][] = [
    [
      'only a .bin',
      (files) => {
        files.delete('model.safetensors');
        files.set('pytorch_model.bin', new Uint8Array(9));
      },
      /no model\.safetensors; it has "pytorch_model\.bin"/,
    ],
    ['no tokenizer', (files) => files.delete('tokenizer.json'), /no tokenizer\.json/],
    ['no config', (files) => files.delete('config.json'), /no config\.json/],
    ['another architecture', (files) => files.set('config.json', json({ model_type: 'bert' })), /"model_type".*bert/],
  ];
  it.each(cases)('%s', async (_, change, reason) => {
    mirror.models.set('tiny/odd', withFiles(change));
    expect((await lookUp('tiny/odd')).refusal).toMatch(reason);
  });
});

describe('errors say what to do', () => {
  it('not found, no such revision, wrong id', async () => {
    mirror.models.set('tiny/llama', mirrorModel(folder));
    await expect(lookUp('tiny/none')).rejects.toThrow(/no such public model.*access token/);
    await expect(lookUp('tiny/llama@v9')).rejects.toThrow(/has the model, but no such revision/);
    await expect(lookUp('llama')).rejects.toThrow(/is no model id/);
    expect(mirror.seen.some(({ path }) => path.includes('resolve'))).toBe(false);
  });

  it('gated: without a token, with a wrong one, with the right one', async () => {
    mirror.models.set('tiny/gated', mirrorModel(folder, { token: 'right' }));
    await expect(lookUp('tiny/gated')).rejects.toThrow(/gated.*Accept its terms.*give an access token/);
    await expect(lookUp('tiny/gated', 'wrong')).rejects.toThrow(/gated.*this token has no access yet/);
    expect((await lookUp('tiny/gated', 'right')).refusal).toBeNull();
  });

  it('rate limits, trouble, offline, and an address that is no Hub', async () => {
    mirror.models.set('tiny/llama', mirrorModel(folder));
    mirror.faults.statuses.push(429);
    await expect(lookUp('tiny/llama')).rejects.toThrow(/limits how often it is asked\. Wait 3 s/);
    mirror.faults.statuses.push(503);
    await expect(lookUp('tiny/llama')).rejects.toThrow(/in trouble \(status 503\)/);
    await expect(lookUp('tiny/llama', null, 'http://127.0.0.1:9')).rejects.toThrow(
      /cannot be reached. Are you offline/,
    );
    const strange: typeof fetch = () => Promise.resolve(new Response('<html>'));
    const request = { endpoint: mirror.endpoint, id: 'tiny/llama', token: null };
    await expect(lookUpModel(request, { fetch: strange })).rejects.toThrow(/does not answer as a Hugging Face Hub/);
  });

  it('follows no list of files to another server, and sends no token there', async () => {
    mirror.models.set('tiny/llama', mirrorModel(folder, { token: 'right' }));
    mirror.faults.nextPage = `${mirror.cdn}/next`;
    await expect(lookUp('tiny/llama', 'right')).rejects.toThrow(/names another server/);
    expect(mirror.seen.every(({ server }) => server === 'hub')).toBe(true);
  });
});
