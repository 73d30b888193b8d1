/** Data files on their way through the store: imported at once where the columns are clear, else after a choice; cancelled; measured. */
import { describe, expect, it, vi } from 'vitest';
import { createPairClient } from '../../../src/client/pair-client';
import type { DataClient } from '../../../src/client/data-client';
import type { TrainingClient } from '../../../src/client/training-client';
import type { ColumnMapping, DatasetPreview, TokenReport } from '../../../src/protocol/dataset';
import { CancelledError } from '../../../src/protocol/errors';
import type { DataCommands } from '../../../src/protocol/studio';
import { createCommands } from '../../../src/store/commands';
import { tokensKey } from '../../../src/store/data-import';
import { whyNotStart } from '../../../src/store/setup';
import { createStudioStore } from '../../../src/store/studio-store';
import { datasetSummary } from '../../support/stored-records';

const files = [{ path: 'a.csv', file: new Blob(['x']) }];
const clear: ColumnMapping = { kind: 'preference', prompt: [], chosen: 'chosen', rejected: 'rejected' };
const single: ColumnMapping = { kind: 'sft', prompt: [], response: 'text' };
const preview = (mapping: ColumnMapping | null): DatasetPreview => ({
  columns: [{ name: 'text', values: [] }],
  mapping,
  rows: [],
});

type Answers = Partial<{ [K in keyof DataCommands]: (argument: DataCommands[K][0]) => unknown }>;

function studio(answers: Answers) {
  const store = createStudioStore();
  const sent: [string, unknown][] = [];
  const data = {
    send: async (command: keyof DataCommands, argument: never) => {
      sent.push([command, argument]);
      return answers[command]?.(argument);
    },
    listen: () => {},
    close: () => {},
  } as DataClient;
  const training: TrainingClient = {
    send: () => Promise.reject(new Error('not asked')),
    listen: () => () => {},
    close: () => {},
  };
  vi.spyOn(training, 'send').mockResolvedValue(null);
  return { store, sent, commands: createCommands(store, training, data, createPairClient()) };
}

const imported = () => datasetSummary('d');

describe('choosing data files', () => {
  it('imports preferences at once by the columns that were found', async () => {
    const { store, sent, commands } = studio({ previewDataset: () => preview(clear), importDataset: imported });
    expect(await commands.chooseData('a', files)).toMatchObject({ id: 'd' });
    expect(sent.map(([command]) => command)).toEqual(['previewDataset', 'importDataset']);
    expect(sent[1]?.[1]).toMatchObject({ mapping: clear });
    expect(store.getState()).toMatchObject({ dataDraft: null, imports: {}, lastData: { datasetId: 'd' } });
  });

  it.each([null, single])('asks first when the columns are %j, and imports what was chosen', async (found) => {
    const { store, sent, commands } = studio({
      previewDataset: ({ mapping }) => preview(mapping ?? found),
      importDataset: imported,
    });
    expect(await commands.chooseData('a', files)).toBeNull();
    expect(store.getState().dataDraft).toMatchObject({ name: 'a', mapping: found });
    await commands.previewColumns(clear);
    expect(store.getState().dataDraft).toMatchObject({ mapping: clear, preview: { mapping: clear } });
    await commands.importDraft();
    expect(sent.at(-1)?.[1]).toMatchObject({ mapping: clear });
    expect(store.getState().dataDraft).toBeNull();
    await commands.reopenData();
    expect(store.getState().dataDraft).toMatchObject({ name: 'a', files });
  });

  it('asks nothing about files without columns: the import says what is wrong', async () => {
    const { sent, commands } = studio({
      previewDataset: () => ({ columns: [], mapping: null, rows: [] }),
      importDataset: () => {
        throw new Error('its first 4 records cannot be read');
      },
    });
    await expect(commands.chooseData('a', files)).rejects.toThrow('cannot be read');
    expect(sent.map(([command]) => command)).toEqual(['previewDataset', 'importDataset']);
  });

  it('shows why files cannot be read, and nothing after a cancelled import', async () => {
    const failing = studio({
      previewDataset: () => {
        throw new Error('no columns');
      },
    });
    await expect(failing.commands.chooseData('a', files)).rejects.toThrow('no columns');
    expect(failing.store.getState().imports.dataset?.error?.message).toBe('no columns');
    const cancelled = studio({
      previewDataset: () => preview(clear),
      importDataset: () => {
        throw new CancelledError('cancelled');
      },
    });
    cancelled.store.getState().receiveImportProgress({ name: 'a', bytesDone: 1, bytesTotal: 2, records: 1 });
    await expect(cancelled.commands.chooseData('a', files)).rejects.toThrow('cancelled');
    expect(cancelled.store.getState()).toMatchObject({ imports: {}, importProgress: null });
  });
});

describe('datasets of the Hub', () => {
  const request = { endpoint: 'http://127.0.0.1:1', id: 'lab/hh', token: null };
  const file = { path: 'train.jsonl', bytes: 3, revision: 'main' };
  const found = {
    name: 'lab/hh',
    converted: false,
    configs: [{ name: 'default', splits: [{ name: 'train', files: [file] }] }],
  };

  it('are looked up, downloaded, and then go the way of chosen files', async () => {
    const { store, sent, commands } = studio({
      lookUpHubDataset: () => found,
      downloadHubDataset: () => files,
      previewDataset: () => preview(clear),
      importDataset: imported,
    });
    await commands.lookUpHubDataset(request);
    expect(store.getState().hubDataset).toEqual({ request, found, error: null });
    expect(sent).toHaveLength(1);
    expect(await commands.takeHubDataset('lab/hh', [file])).toMatchObject({ id: 'd' });
    expect(sent.map(([command]) => command)).toEqual([
      'lookUpHubDataset',
      'downloadHubDataset',
      'previewDataset',
      'importDataset',
    ]);
    expect(sent[1]?.[1]).toEqual({ request, files: [file] });
    expect(store.getState().hubDataset).toBeNull();
  });

  it('that are not there say so at their place', async () => {
    const { store, commands } = studio({
      lookUpHubDataset: () => {
        throw new Error('no such dataset');
      },
    });
    await commands.lookUpHubDataset(request);
    expect(store.getState().hubDataset).toMatchObject({ found: null, error: { message: 'no such dataset' } });
  });
});

describe('single responses', () => {
  it('cannot start a run that needs preferences', () => {
    const { store } = studio({});
    const adapter = { vendor: '', architecture: '', description: '', software: true, features: [], maxBufferSize: 1 };
    store.setState({
      loaded: true,
      adapter,
      modelId: 'm',
      datasetId: 'd',
      datasets: [datasetSummary('d', { kind: 'sft' })],
    });
    expect(whyNotStart(store.getState())).toMatch(/train SFT only: set DPO rounds to 0/);
    store.getState().editRecipe('rounds', '0');
    store.setState({ importedAdapterId: 'a' });
    expect(whyNotStart(store.getState())).toMatch(/choose no adapter/);
    store.setState({ importedAdapterId: null });
    expect(whyNotStart(store.getState())).toBeNull();
    store.getState().editRecipe('sftEpochs', '0');
    expect(whyNotStart(store.getState())).toMatch(/set the epochs of SFT to 1 or more/);
  });
});

describe('lengths in tokens', () => {
  it('are kept with what they are of; an answer that comes too late is dropped', async () => {
    const report: TokenReport = {
      datasetId: 'd',
      modelId: 'm',
      maxLength: 9,
      sampled: 1,
      lengths: {},
      overMaxLength: 0,
    };
    let first: ((value: unknown) => void) | null = null;
    const { store, commands } = studio({
      measureTokens: ({ maxLength }) => (maxLength === 8 ? new Promise((resolve) => (first = resolve)) : report),
    });
    const late = commands.measureTokens('d', 'm', 8);
    await commands.measureTokens('d', 'm', 9);
    first!({ ...report, maxLength: 8 });
    await late;
    expect(store.getState().tokens).toEqual({ key: tokensKey('d', 'm', 9), report, error: null });
  });
});
