/** The data worker's commands on a golden model folder, with real storage in memory. */
import 'fake-indexeddb/auto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/protocol/errors';
import type { NamedFile } from '../../../src/protocol/library';
import type { DataEvents } from '../../../src/protocol/studio';
import { databaseArtifacts } from '../../../src/storage/artifact-store';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { getDataset, getImportedAdapter, getModel, listLibrary } from '../../../src/storage/library';
import { putRun } from '../../../src/storage/run-store';
import { readItems } from '../../../src/data/dataset-source';
import { datasetSource } from '../../../workers/run-sources';
import { dataHandlers } from '../../../workers/data-commands';
import { listOutputs } from '../../../workers/run-outputs';
import { openTokenizer } from '../data/golden-tokenizers';
import { artifact, runRecord } from '../../support/stored-records';
import { asTranscripts, tinyPreferences } from '../../support/tiny-preferences';

let database: StudioDatabase;
let count = 0;
const commands = () => dataHandlers(Promise.resolve(database));

beforeEach(async () => {
  database = await openStudioDatabase(`data commands ${count++}`);
});

async function folder(path: string, prefix = ''): Promise<NamedFile[]> {
  const entries = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isFile());
  return Promise.all(
    entries.map(async ({ name }) => ({ path: prefix + name, file: new Blob([await readFile(join(path, name))]) })),
  );
}

const golden = 'test/fixtures/golden/llama-tiny';

describe('importing a model', () => {
  it('keeps the files a run needs and names them by content, whatever folder they came through', async () => {
    const summary = await commands().importModel({ name: 'tiny', files: await folder(golden, 'models/llama-tiny/') });
    expect(summary).toMatchObject({ name: 'tiny', vocabSize: 384, contextLength: 512, weightsDtype: 'fp32' });
    const { files } = await getModel(database, summary.id);
    expect(files.map(({ path }) => path).toSorted()).toEqual([
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    const again = await commands().importModel({ name: 'again', files: await folder(golden) });
    expect(again.id).toBe(summary.id);
    const other = await commands().importModel({
      name: 'other',
      files: await folder('test/fixtures/golden/qwen3-f16'),
    });
    expect(other.id).not.toBe(summary.id);
  });

  it('stores nothing when a file is missing, and says which', async () => {
    const files = (await folder(golden)).filter(({ path }) => path !== 'tokenizer.json');
    await expect(commands().importModel({ name: 'tiny', files })).rejects.toThrow(/tokenizer\.json is missing/);
    expect((await listLibrary(database)).models).toEqual([]);
  });
});

describe('importing data and adapters', () => {
  it('reads transcripts, reports the bad line, and keeps the pairs', async () => {
    const pairs = await tinyPreferences(30);
    const text = `${asTranscripts(pairs)}not json\n`;
    const files = [{ path: 'pairs.jsonl', file: new Blob([text]) }];
    const summary = await commands().importDataset({ name: 'pairs', files });
    expect(summary).toMatchObject({ pairs: 30, badLineCount: 1, badLines: [{ file: 'pairs.jsonl', line: 31 }] });
    expect(summary.examples.length).toBe(20);
    const [stored] = (await listLibrary(database)).datasets;
    const texts = pairs.flatMap(({ prompt, chosen, rejected }) => [String(prompt), chosen, rejected]);
    expect(stored?.bytes).toBe(texts.join('').length + 30 * 64);
    const source = datasetSource(database, await getDataset(database, summary.id));
    expect(await readItems(source, [29, 0])).toEqual(
      [pairs[29], pairs[0]].map((pair) =>
        expect.objectContaining({ prompt: pair!.prompt, chosen: pair!.chosen, rejected: pair!.rejected }),
      ),
    );
  });

  it('tells how far it is, and keeps nothing of an import that was cancelled or failed', async () => {
    const text = asTranscripts(await tinyPreferences(3000));
    const files = [{ path: 'pairs.jsonl', file: new Blob([text]) }];
    const told: DataEvents['importProgress'][] = [];
    const handlers = dataHandlers(Promise.resolve(database), (_, progress) => {
      if (!('records' in progress)) return;
      told.push(progress);
      if ((progress.records ?? 0) > 500) void handlers.cancelImport(null);
    });
    await expect(handlers.importDataset({ name: 'pairs', files })).rejects.toThrow(CancelledError);
    expect(told.at(-1)).toMatchObject({ name: 'pairs', bytesTotal: text.length });
    const bad = [...files, { path: 'bad.csv', file: new Blob(['chosen,rejected\nx,y\n']) }];
    await expect(commands().importDataset({ name: 'pairs', files: bad })).rejects.toThrow(/bad\.csv: 1 of 1/);
    expect([await database.count('datasetItems'), await database.count('datasets')]).toEqual([0, 0]);
    // The next import works as if nothing had been.
    expect((await commands().importDataset({ name: 'pairs', files })).pairs).toBe(3000);
  });

  it('previews and imports by chosen columns, and measures tokens with a stored model', async () => {
    const text = 'q,yes,no\nwhat is tea?,a drink,a hat\nwhat is jam?,sweet,sour\n';
    const files = [{ path: 'a.csv', file: new Blob([text]) }];
    const mapping = { kind: 'preference' as const, prompt: ['q'], chosen: 'yes', rejected: 'no' };
    expect(await commands().previewDataset({ files, mapping: null })).toMatchObject({ mapping: null, rows: [] });
    expect((await commands().previewDataset({ files, mapping })).rows[1]?.texts).toEqual({
      prompt: 'what is jam?',
      chosen: 'sweet',
      rejected: 'sour',
    });
    const { id: datasetId, columns } = await commands().importDataset({ name: 'a', files, mapping });
    expect(columns).toEqual(mapping);
    const { id: modelId } = await commands().importModel({ name: 'tiny', files: await folder(golden) });
    const report = await commands().measureTokens({ datasetId, modelId, maxLength: 15 });
    const tokenizer = openTokenizer(golden);
    const length = (part: string) => tokenizer.encode(part, false).length;
    const totals = [
      length('what is tea?') + Math.max(length('a drink'), length('a hat')) + 1,
      length('what is jam?') + Math.max(length('sweet'), length('sour')) + 1,
    ];
    expect(report.lengths['total']).toMatchObject({ count: 2, max: Math.max(...totals) });
    expect(report.overMaxLength).toBe(totals.filter((total) => total > 15).length / 2);
  });

  it('reads a PEFT folder', async () => {
    const summary = await commands().importAdapter({ name: 'lora', files: await folder(`${golden}/adapter`) });
    expect(summary).toMatchObject({ rank: 16, alpha: 32 });
    expect((await getImportedAdapter(database, summary.id)).files.length).toBe(2);
    await commands().deleteItem({ kind: 'adapter', id: summary.id });
    expect((await listLibrary(database)).importedAdapters).toEqual([]);
  });

  it('tells which adapters fit a model, one that cannot be read fits none', async () => {
    const imported = (name: string) => ({ model: `test/fixtures/golden/${name}`, adapter: `adapter of ${name}` });
    const ids = new Map<string, string>();
    for (const { model, adapter } of ['llama-tiny', 'gpt2-f16', 'qwen3-f16'].map(imported)) {
      ids.set(model, (await commands().importModel({ name: model, files: await folder(model) })).id);
      ids.set(adapter, (await commands().importAdapter({ name: adapter, files: await folder(`${model}/adapter`) })).id);
    }
    await database.put('importedAdapters', Object({ id: 'damaged', files: [] }));
    for (const { model, adapter } of ['llama-tiny', 'gpt2-f16', 'qwen3-f16'].map(imported)) {
      expect(await commands().fittingAdapters({ modelId: ids.get(model) ?? '' })).toEqual([ids.get(adapter)]);
    }
    await expect(commands().fittingAdapters({ modelId: 'gone' })).rejects.toThrow('no longer stored');
  });
});

describe('packing outputs', () => {
  it('puts every output under its path, the same bytes each time', async () => {
    const record = runRecord('r');
    const weights = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
    const own = artifact('k', {
      files: { 'adapter_config.json': new TextEncoder().encode('{"r":16}'), 'adapter_model.safetensors': weights },
    });
    record.stages['sft'] = { key: 'k', contentHash: 'c', inputs: {}, startedAt: 1, finishedAt: 2, seconds: 1 };
    listOutputs(record, { id: 'sft', kind: 'sft', round: 0 }, own);
    await databaseArtifacts(database).put(own);
    await putRun(database, record);
    const zip = await commands().zipOutputs({ runId: 'r' });
    const files = unzipSync(new Uint8Array(await zip.arrayBuffer()));
    expect(Object.keys(files).toSorted()).toEqual([
      'run.json',
      'sft_model/adapter_config.json',
      'sft_model/adapter_model.safetensors',
    ]);
    expect(files['sft_model/adapter_model.safetensors']).toEqual(weights);
    const chosen = await commands().zipOutputs({ runId: 'r', paths: ['sft_model/adapter_config.json'] });
    expect(Object.keys(unzipSync(new Uint8Array(await chosen.arrayBuffer())))).toEqual([
      'sft_model/adapter_config.json',
    ]);
    await expect(commands().zipOutputs({ runId: 'r', paths: ['gone'] })).rejects.toThrow('no longer has gone');
    const again = await commands().zipOutputs({ runId: 'r' });
    expect(new Uint8Array(await again.arrayBuffer())).toEqual(new Uint8Array(await zip.arrayBuffer()));
  });

  it('rejects for a run that is gone', async () => {
    await expect(commands().zipOutputs({ runId: 'gone' })).rejects.toThrow(/no such run/);
  });
});

describe('handing items of the library over', () => {
  const unzipped = async (file: Blob) => unzipSync(new Uint8Array(await file.arrayBuffer()));

  it('a model as an archive of the files it came as', async () => {
    const files = await folder(golden);
    const { id } = await commands().importModel({ name: 'tiny', files });
    const { file, extension } = await commands().exportItem({ kind: 'model', id });
    const found = await unzipped(file);
    expect([extension, Object.keys(found).toSorted()[2]]).toEqual(['zip', 'model.safetensors']);
    const weights = files.find(({ path }) => path === 'model.safetensors');
    expect(Buffer.compare(found['model.safetensors']!, new Uint8Array(await weights!.file.arrayBuffer()))).toBe(0);
    const [listed] = (await listLibrary(database)).models;
    expect(listed?.importedAt).toBeGreaterThan(0);
    expect(listed?.files).toContainEqual({ path: 'model.safetensors', bytes: weights!.file.size });
  });

  it('pairs as lines that come back as the same pairs', async () => {
    const pairs = await tinyPreferences(600);
    const files = [{ path: 'pairs.jsonl', file: new Blob([asTranscripts(pairs)]) }];
    const before = await commands().importDataset({ name: 'pairs', files });
    const { file, extension } = await commands().exportItem({ kind: 'dataset', id: before.id });
    expect(extension).toBe('jsonl');
    const after = await commands().importDataset({ name: 'again', files: [{ path: 'a.jsonl', file }] });
    expect([after.id, after.pairs]).toEqual([before.id, before.pairs]);
  });

  it('data that came with held-out files as two, so that the same are held out again; single responses as completions', async () => {
    const lines = (...rows: object[]) => new Blob(rows.map((row) => `${JSON.stringify(row)}\n`));
    const files = [
      { path: 'train.jsonl', file: lines({ prompt: 'a', response: 'b' }, { prompt: 'c', response: 'd' }) },
      { path: 'test.jsonl', file: lines({ prompt: 'e', response: 'f' }) },
    ];
    const { id } = await commands().importDataset({ name: 'split', files });
    const { file, extension } = await commands().exportItem({ kind: 'dataset', id });
    const found = await unzipped(file);
    const text = (path: string) => new TextDecoder().decode(found[path]);
    expect(extension).toBe('zip');
    expect(text('test.jsonl')).toBe('{"prompt":"e","completion":"f"}\n');
    expect(text('train.jsonl').trim().split('\n')).toHaveLength(2);
  });

  it('says so when the item is gone', async () => {
    await expect(commands().exportItem({ kind: 'adapter', id: 'x' })).rejects.toThrow('no longer stored');
  });
});
