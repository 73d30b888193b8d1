/** The list of what is stored. */
import { expect, it } from 'vitest';
import type { RunState } from '../../../src/protocol/run-state';
import { groupArtifacts, sortArtifacts, type Grouping } from '../../../src/ui/features/artifacts/artifact-order';
import { artifactRows, filterArtifacts } from '../../../src/ui/features/artifacts/artifact-rows';
import { exportName } from '../../../src/ui/features/artifacts/export-name';
import { fileList, itemFacts } from '../../../src/ui/features/artifacts/library-facts';
import { storageByKind } from '../../../src/ui/features/artifacts/storage-kinds';
import { datasetSummary, modelSummary, runRecord } from '../../support/stored-records';

const outputs = [
  'run.json',
  'sft_model/adapter_model.safetensors',
  'sft_model/adapter_config.json',
  'reward_model/reward_head.safetensors',
  'referee_model/reward_head.safetensors',
  'dpo_round10/adapter_model.safetensors',
  'synthetic_preferences_round2.json',
  'evaluation_results.json',
  'plots/reward_comparison.png',
].map((path, i) => ({ path, bytes: 10 ** i }));
const run: RunState = { ...runRecord('r').state, name: 'My run', datasetId: 'd', outputs };
const rows = artifactRows({
  models: [],
  datasets: [datasetSummary('d', { pairs: 12, bytes: 3400 })],
  importedAdapters: [],
  runs: [run],
});

it('groups the outputs of a run by what they are, with their sizes, and leaves out what is about the run itself', () => {
  const made = rows.filter(({ deletable }) => deletable === null).map(({ kind, name, bytes }) => [kind, name, bytes]);
  expect(made).toEqual([
    ['policy', 'sft_model', 110],
    ['reward', 'reward_model', 1000],
    ['reward', 'referee_model', 10_000],
    ['policy', 'dpo_round10', 100_000],
    ['pairs', 'synthetic_preferences_round2.json', 1_000_000],
    ['evaluation', 'evaluation', 110_000_000],
  ]);
});

it('knows which runs use an item of the library', () => {
  expect(rows[0]).toMatchObject({ kind: 'dataset', hash: 'd', runs: [{ id: 'r' }] });
});

it('shows a dataset with its rows and bytes; one of an earlier version with its rows alone', () => {
  expect(rows[0]).toMatchObject({ count: 12, bytes: 3400 });
  const [old] = artifactRows({
    models: [],
    datasets: [datasetSummary('o', { pairs: 5 })],
    importedAdapters: [],
    runs: [],
  });
  expect(old).toMatchObject({ count: 5, bytes: null });
});

it('finds the provenance of what a run made by one of its own outputs, and exports all of them', () => {
  const made = rows.filter(({ deletable }) => deletable === null).map(({ name, paths }) => [name, paths]);
  expect(made).toContainEqual(['sft_model', ['sft_model/adapter_model.safetensors', 'sft_model/adapter_config.json']]);
  expect(made).toContainEqual(['evaluation', ['evaluation_results.json', 'plots/reward_comparison.png']]);
  expect(made).toHaveLength(6);
});

const second: RunState = { ...run, id: 's', name: 'Second run', createdAt: 5 };
const where = (runId: string, path: string, key: string) => ({
  ...{ runId, path, key, contentHash: `hash of ${key}` },
  stage: path.startsWith('sft') ? 'sft' : 'round10.train',
});
const shared = {
  ...{ models: [], importedAdapters: [], runs: [run, second] },
  datasets: [datasetSummary('d', { bytes: 3400 })],
  results: [
    where('r', 'sft_model/adapter_model.safetensors', 'one'),
    where('r', 'sft_model/adapter_config.json', 'one'),
    where('s', 'sft_model/adapter_model.safetensors', 'one'),
    where('s', 'sft_model/adapter_config.json', 'one'),
    where('r', 'dpo_round10/adapter_model.safetensors', 'two'),
    where('s', 'dpo_round10/adapter_model.safetensors', 'three'),
  ],
};

it('says which result is another run’s too, and knows its content hash', () => {
  const found = artifactRows(shared).filter(({ name }) => ['sft_model', 'dpo_round10'].includes(name));
  expect(found.map(({ stage }) => stage)).toEqual(['sft', 'round10.train', 'sft', 'round10.train']);
  expect(found.map(({ key, hash, sharedWith }) => [key, hash, sharedWith.map(({ id }) => id)])).toEqual([
    ['r/sft_model', 'hash of one', ['s']],
    ['r/dpo_round10', 'hash of two', []],
    ['s/sft_model', 'hash of one', ['r']],
    ['s/dpo_round10', 'hash of three', []],
  ]);
});

it('counts what runs share once, by kind, and leaves out kinds that take no room', () => {
  const model = { ...modelSummary('m'), bytes: 50 };
  const downloaded = { ...modelSummary('h'), bytes: 60 };
  const parts = { ...shared, models: [model, downloaded], checkpoints: [{ bytes: 7 }] };
  const download = { ...Object({ key: 'k', model: {} }), bytesStored: 30, bytesTotal: 60, modelId: 'h' };
  /** Of one run. */
  const all = outputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const expected: [string, number][] = [
    ['Models', 50],
    ['Downloads', 30],
    ['Data', 3400],
    ['Results of runs', 2 * all - 110],
    ['Checkpoints', 7],
  ];
  expect(storageByKind({ ...parts, downloads: [download] }, artifactRows(parts))).toEqual(expected);
});

it('an imported adapter has the size of its files', () => {
  const files = [
    { path: 'adapter_config.json', bytes: 2 },
    { path: 'adapter_model.safetensors', bytes: 30 },
  ];
  const adapter = { id: 'a', name: 'a', rank: 4, alpha: 8, targets: ['q_proj'], files };
  const [row] = artifactRows({ models: [], datasets: [], importedAdapters: [adapter], runs: [] });
  expect(row).toMatchObject({ bytes: 32, at: null });
});

it('is sorted, what is not known last, and grouped by kind or by the run that made it', () => {
  const all = artifactRows(shared);
  expect(sortArtifacts(all, 'size')[0]?.kind).toBe('evaluation');
  expect(sortArtifacts(all, 'newest').map(({ at }) => at)).toEqual([5, 5, 5, 5, 5, 5, 1, 1, 1, 1, 1, 1, null]);
  expect(sortArtifacts(all, 'name')[0]?.name).toBe('d');
  expect(sortArtifacts(all, 'stored')).toEqual(all);
  const titles = (by: Grouping) => groupArtifacts(all, by).map(({ title, rows: own }) => [title, own.length]);
  expect(titles('none')).toEqual([[null, 13]]);
  expect(titles('run')).toEqual([
    ['Made by “My run”', 6],
    ['Made by “Second run”', 6],
    ['Imported', 1],
  ]);
  expect(titles('kind').map(([title]) => title)).toEqual([
    ...['Dataset', 'Trained model', 'Reward model', 'Synthetic pairs', 'Evaluation'],
  ]);
});

it('hands over a single file by its name, and several as an archive named for run and result', () => {
  expect(exportName({ name: 'x', paths: ['synthetic_preferences.json'] }, 'r')).toBe('synthetic_preferences.json');
  expect(exportName({ name: 'dpo_round1', paths: ['dpo_round1/a', 'dpo_round1/b'] }, 'my run')).toBe(
    'my_run-dpo_round1.zip',
  );
});

it('tells of an imported item where it is from, when it came, and its files; of earlier versions that it does not know', () => {
  const source = { endpoint: 'https://hub.example/', name: 'o/n', commit: 'abc', licence: null };
  const model = { ...modelSummary('m'), source, importedAt: 0 };
  const row = (kind: 'model' | 'adapter', id: string) => ({ deletable: { kind, id } });
  const downloads = [Object({ modelId: 'm', model: { files: [{ path: 'model.safetensors', bytes: 2e9 }] } })];
  const adapter = { id: 'a', name: 'a', rank: 4, alpha: 8, targets: ['q_proj', 'v_proj'] };
  const library = { models: [model], datasets: [], importedAdapters: [adapter], downloads };
  const found = itemFacts(row('model', 'm'), library);
  expect(found?.facts).toEqual(
    expect.arrayContaining([
      ['From', 'https://hub.example/o/n'],
      ['Commit', 'abc'],
      ['Licence', 'not named'],
    ]),
  );
  expect(fileList(found?.files ?? [])).toBe('model.safetensors (2.0 GB)');
  expect(itemFacts(row('adapter', 'a'), library)?.facts).toEqual([
    ['Imported', 'with an earlier version'],
    ['Rank', '4'],
    ['Alpha', '8'],
    ['Targets', 'q_proj, v_proj'],
  ]);
  expect(itemFacts(row('adapter', 'gone'), library)).toBeNull();
});

it('is filtered by kind and by a name, also the run’s', () => {
  expect(filterArtifacts(rows, 'reward', '')).toHaveLength(2);
  expect(filterArtifacts(rows, 'all', 'my RUN')).toHaveLength(rows.length);
  expect(filterArtifacts(rows, 'all', 'round10').map(({ name }) => name)).toEqual(['dpo_round10']);
});
