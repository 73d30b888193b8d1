/** What is known of an imported item: where it is from, when it came, what it is, and its files. Pure. */
import type { HubCache } from '../../../protocol/hub';
import type { DatasetSummary, ImportedAdapterSummary, ModelSummary } from '../../../protocol/library';
import { formatBytes, formatCount, formatDate, formatInteger } from '../../primitives/format';
import type { ArtifactRow } from './artifact-rows';

export interface ItemFacts {
  facts: (readonly [string, string])[];
  /** With sizes where these are known. */
  files: readonly { path: string; bytes?: number }[];
}

interface Library {
  models: readonly ModelSummary[];
  datasets: readonly DatasetSummary[];
  importedAdapters: readonly ImportedAdapterSummary[];
  downloads: HubCache['models'];
}

const imported = (at: number | undefined) =>
  ['Imported', at === undefined ? 'with an earlier version' : formatDate(at)] as const;

function modelFacts(model: ModelSummary, downloads: HubCache['models']): ItemFacts {
  const { source, architecture, parameters, weightsDtype, vocabSize, contextLength, importedAt } = model;
  const downloaded = downloads.find(({ modelId }) => modelId === model.id)?.model.files;
  const origin = source
    ? ([
        ['From', `${source.endpoint.replace(/\/+$/, '')}/${source.name}`],
        ['Commit', source.commit],
        ['Licence', source.licence ?? 'not named'],
      ] as const)
    : ([['From', 'files of this computer, or the demo']] as const);
  return {
    facts: [
      ...origin,
      imported(importedAt),
      ['Architecture', architecture],
      ['Parameters', formatCount(parameters)],
      ['Weights', weightsDtype],
      ['Vocabulary', formatInteger(vocabSize)],
      ['Context', `${formatInteger(contextLength)} tokens`],
    ],
    files: model.files ?? downloaded ?? [],
  };
}

function datasetFacts({ kind, pairs, columns, report, importedAt, badLineCount, dropped }: DatasetSummary): ItemFacts {
  const left = badLineCount + Object.values(dropped).reduce((sum, count) => sum + count, 0);
  const read = columns && (columns.kind === 'sft' ? [columns.response] : [columns.chosen, columns.rejected]);
  return {
    facts: [
      imported(importedAt),
      ['Kind', kind === 'sft' ? 'single responses' : 'preference pairs'],
      ['Rows', formatInteger(pairs)],
      ['Left out', formatInteger(left)],
      ...(read && columns ? ([['Columns', [...columns.prompt, ...read].join(', ')]] as const) : []),
    ],
    files: report?.files.map(({ path }) => ({ path })) ?? [],
  };
}

const adapterFacts = ({ rank, alpha, targets, importedAt, files }: ImportedAdapterSummary): ItemFacts => ({
  facts: [imported(importedAt), ['Rank', String(rank)], ['Alpha', String(alpha)], ['Targets', targets.join(', ')]],
  files: files ?? [],
});

/** null for what is not of the library, or no longer in it. */
export function itemFacts({ deletable }: Pick<ArtifactRow, 'deletable'>, library: Library): ItemFacts | null {
  const find = <T extends { id: string }>(items: readonly T[]) => items.find(({ id }) => id === deletable?.id);
  if (deletable?.kind === 'model') {
    const model = find(library.models);
    return model ? modelFacts(model, library.downloads) : null;
  }
  const [dataset, adapter] = [find(library.datasets), find(library.importedAdapters)];
  if (deletable?.kind === 'dataset') return dataset ? datasetFacts(dataset) : null;
  return adapter ? adapterFacts(adapter) : null;
}

/** 'model.safetensors (2.2 GB), config.json' */
export const fileList = (files: ItemFacts['files']): string =>
  files.map(({ path, bytes }) => (bytes === undefined ? path : `${path} (${formatBytes(bytes)})`)).join(', ');
