/** The list of what is stored. */
import { expect, it } from 'vitest';
import type { RunState } from '../../../src/protocol/studio';
import { artifactRows, filterArtifacts } from '../../../src/ui/features/artifacts/artifact-rows';
import { datasetSummary, runRecord } from '../../support/stored-records';

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

it('finds the provenance of what a run made by one of its own outputs', () => {
  const made = rows.filter(({ path }) => path !== null).map(({ name, path }) => [name, path]);
  expect(made).toContainEqual(['sft_model', 'sft_model/adapter_model.safetensors']);
  expect(made).toContainEqual(['evaluation', 'evaluation_results.json']);
  expect(made).toHaveLength(6);
});

it('is filtered by kind and by a name, also the run’s', () => {
  expect(filterArtifacts(rows, 'reward', '')).toHaveLength(2);
  expect(filterArtifacts(rows, 'all', 'my RUN')).toHaveLength(rows.length);
  expect(filterArtifacts(rows, 'all', 'round10').map(({ name }) => name)).toEqual(['dpo_round10']);
});
