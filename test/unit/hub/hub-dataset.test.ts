/** Datasets from a Hub on loopback: configs and splits by the repository's layout, files, tokens, and what goes wrong. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupFiles } from '../../../src/hub/dataset-files';
import { downloadDatasetFiles, lookUpDataset } from '../../../src/hub/hub-dataset';
import { InputError } from '../../../src/protocol/errors';
import { bytesOf, gzip, jsonLines, parquet } from '../../support/data-files';
import { openDatasetMirror, type HubMirror } from '../../support/hub-datasets';
import { collectImport } from '../../support/import-data';

const pair = (i: number) => ({
  chosen: `\n\nHuman: question ${i}\n\nAssistant: good ${i}`,
  rejected: `\n\nHuman: question ${i}\n\nAssistant: bad ${i}`,
});
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => pair(from + i));
const packed = (from: number, to: number) => gzip(jsonLines(range(from, to)));

describe('configs and splits', () => {
  const named = (paths: string[], converted = false) =>
    groupFiles(
      paths.map((path) => ({ path, bytes: 1, revision: 'main' })),
      converted,
    ).map(({ name, splits }) => [
      name,
      Object.fromEntries(splits.map((split) => [split.name, split.files.map(({ path }) => path)])),
    ]);

  it.each<[string, string[], unknown, boolean?]>([
    [
      'HH-RLHF: a folder each',
      ['README.md', 'harmless-base/train.jsonl.gz', 'harmless-base/test.jsonl.gz', 'helpful-base/train.jsonl.gz'],
      [
        ['harmless-base', { train: ['harmless-base/train.jsonl.gz'], test: ['harmless-base/test.jsonl.gz'] }],
        ['helpful-base', { train: ['helpful-base/train.jsonl.gz'] }],
      ],
    ],
    [
      'shards in data/, with split names of their own',
      [
        'data/test_prefs-00000-of-00001.parquet',
        'data/train_prefs-00001-of-00002.parquet',
        'data/train_prefs-00000-of-00002.parquet',
      ],
      [
        [
          'default',
          {
            test_prefs: ['data/test_prefs-00000-of-00001.parquet'],
            train_prefs: ['data/train_prefs-00000-of-00002.parquet', 'data/train_prefs-00001-of-00002.parquet'],
          },
        ],
      ],
    ],
    [
      'one file',
      ['alpaca_data.json', 'dataset_infos.json', '.gitattributes'],
      [['default', { train: ['alpaca_data.json'] }]],
    ],
    [
      'folders that are splits',
      ['train/a.csv', 'validation/a.csv'],
      [['default', { train: ['train/a.csv'], validation: ['validation/a.csv'] }]],
    ],
    [
      'the Hub’s conversion',
      ['default/train/0000.parquet', 'other/partial-test/0000.parquet'],
      [
        ['default', { train: ['default/train/0000.parquet'] }],
        ['other', { test: ['other/partial-test/0000.parquet'] }],
      ],
      true,
    ],
  ])('%s', (_, paths, expected, converted) => {
    expect(named(paths, converted)).toEqual(expected);
  });
});

describe('a Hub on loopback', () => {
  let mirror: HubMirror;
  const ask = (id: string, token: string | null = null) => ({ endpoint: mirror.address, id, token });

  beforeAll(async () => {
    mirror = await openDatasetMirror(
      {
        'lab/hh@main': {
          'README.md': bytesOf('# hh'),
          'harmless-base/train.jsonl.gz': packed(0, 40),
          'harmless-base/test.jsonl.gz': packed(35, 45),
        },
        'lab/hh@v1': { 'train.jsonl': bytesOf(jsonLines(range(0, 3))) },
        'lab/script@main': { 'loader.py': bytesOf('print()') },
        'lab/script@refs/convert/parquet': { 'default/train/0000.parquet': parquet(range(0, 30)) },
        'lab/none@main': { 'README.md': bytesOf('nothing') },
        'lab/cut@main': { 'train.jsonl': bytesOf(jsonLines(range(0, 30))) },
        'gated/pairs@main': { 'train.jsonl': bytesOf(jsonLines(range(0, 30))) },
      },
      { cut: 'train.jsonl' },
    );
  });
  afterAll(() => mirror.close());

  it('HH-RLHF’s layout comes in as files with their paths; its test split is held out', async () => {
    const { configs, converted, name } = await lookUpDataset(ask('lab/hh'));
    expect([name, converted, configs[0]?.name]).toEqual(['lab/hh', false, 'harmless-base']);
    const files = configs[0]!.splits.flatMap((split) => split.files);
    const seen: number[] = [];
    const downloaded = await downloadDatasetFiles(ask('lab/hh'), files, { onBytes: (done) => seen.push(done) });
    expect(seen.at(-1)).toBe(files.reduce((sum, { bytes }) => sum + bytes, 0));
    const { report, keys } = await collectImport(downloaded);
    expect(report.files).toEqual([
      { path: 'harmless-base/train.jsonl.gz', records: 40, taken: 40, heldOut: false },
      { path: 'harmless-base/test.jsonl.gz', records: 10, taken: 5, heldOut: true },
    ]);
    expect(report.promptsInBoth).toBe(5);
    expect(keys).toHaveLength(45);
  });

  it('takes a revision, and the page’s address as an id', async () => {
    expect((await lookUpDataset(ask('lab/hh@v1'))).configs[0]?.splits[0]?.files).toMatchObject([
      { path: 'train.jsonl', revision: 'v1' },
    ]);
    expect((await lookUpDataset(ask(`${mirror.address}/datasets/lab/hh`))).name).toBe('lab/hh');
  });

  it('falls back to the conversion to parquet', async () => {
    const { configs, converted } = await lookUpDataset(ask('lab/script'));
    expect(converted).toBe(true);
    const files = configs[0]!.splits[0]!.files;
    expect((await collectImport(await downloadDatasetFiles(ask('lab/script'), files))).pairs).toHaveLength(30);
  });

  it('sends the token to the Hub alone, and only where there is one', async () => {
    await expect(lookUpDataset(ask('gated/pairs'))).rejects.toThrow(/gated.*access token/);
    expect((await lookUpDataset(ask('gated/pairs', 'secret'))).configs).toHaveLength(1);
    const tokens = mirror.requests.filter(({ path }) => path.includes('lab/')).map(({ token }) => token);
    expect(new Set(tokens)).toEqual(new Set([null]));
  });

  it.each([
    ['lab/none', /lab\/none has no \.jsonl/],
    ['lab/missing', /no such dataset/],
    ['lab/hh@v9', /has the dataset, but no such revision/],
    ['hh', /"hh" is no/],
    ['../etc/passwd', /is no/],
  ])('refuses %s in words', async (id, message) => {
    const error: unknown = await lookUpDataset(ask(id)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect(String(error)).toMatch(message);
  });

  it('never takes a file that was cut off for a whole one', async () => {
    const { configs } = await lookUpDataset(ask('lab/cut'));
    const files = configs[0]!.splits[0]!.files;
    await expect(downloadDatasetFiles(ask('lab/cut'), files)).rejects.toThrow(/train\.jsonl.*(cut off|broke)/);
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(downloadDatasetFiles(ask('lab/hh'), files, { signal: controller.signal })).rejects.toThrow('enough');
  });
});
