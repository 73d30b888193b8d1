/** What is stored in this browser, as rows of one table. Pure. */
import type { DatasetSummary, ImportedAdapterSummary, ModelSummary, OutputFile } from '../../../protocol/library';
import type { RunState } from '../../../protocol/run-state';
import type { StoredResult } from '../../../protocol/provenance';
import type { ImportKind } from '../../../store/setup';

export const artifactKinds = {
  model: 'Model',
  dataset: 'Dataset',
  imported: 'Imported adapter',
  policy: 'Trained model',
  reward: 'Reward model',
  pairs: 'Synthetic pairs',
  evaluation: 'Evaluation',
} as const;
export type ArtifactKind = keyof typeof artifactKinds;

export interface ArtifactRow {
  key: string;
  kind: ArtifactKind;
  name: string;
  /** Content hash of an item, or of the stage's result that a run's outputs are in; null where it is not known. */
  hash: string | null;
  /** null where the size is not known. */
  bytes: number | null;
  /** Pairs or items of a dataset; null for what has no rows. */
  count: number | null;
  /** Runs that made it or use it. */
  runs: readonly RunState[];
  /** The outputs of what a run made; by the first its provenance is found. Empty for items of the library. */
  paths: readonly string[];
  /** Other runs that have the same result: it is stored once. */
  sharedWith: readonly RunState[];
  /** When it was imported, or its run began; milliseconds since 1970, null where it is not known. */
  at: number | null;
  /** The stage of the run that made it; null for items of the library, and where it is not known yet. */
  stage: string | null;
  /** How it can be deleted as an item of the library; null for what a run made. */
  deletable: { kind: ImportKind; id: string } | null;
}

export interface Stored {
  models: readonly ModelSummary[];
  datasets: readonly DatasetSummary[];
  importedAdapters: readonly ImportedAdapterSummary[];
  runs: readonly RunState[];
  /** Where the outputs of runs lie; empty until it was asked for. */
  results?: readonly StoredResult[];
}

/** Which kind of artifact an output path belongs to, and under which name it is listed; null for files about the run itself. */
function groupOf(path: string): { kind: ArtifactKind; name: string } | null {
  const folder = path.split('/')[0] ?? '';
  if (/^(sft_model|dpo_round\d+)$/.test(folder)) return { kind: 'policy', name: folder };
  if (/^(reward|referee)_model$/.test(folder)) return { kind: 'reward', name: folder };
  if (path.startsWith('synthetic_preferences')) return { kind: 'pairs', name: path };
  if (path === 'evaluation_results.json' || folder === 'plots') return { kind: 'evaluation', name: 'evaluation' };
  return null;
}

function rowsOfRun(run: RunState, runs: readonly RunState[], results: readonly StoredResult[]): ArtifactRow[] {
  const groups = new Map<string, { kind: ArtifactKind; files: OutputFile[] }>();
  for (const file of run.outputs) {
    const group = groupOf(file.path);
    if (!group) continue;
    const found = groups.get(group.name) ?? { kind: group.kind, files: [] };
    found.files.push(file);
    groups.set(group.name, found);
  }
  return [...groups].map(([name, { kind, files }]) => {
    const paths = files.map(({ path }) => path);
    const own = results.find(({ runId, path }) => runId === run.id && path === paths[0]);
    const others = new Set(results.flatMap(({ key, runId }) => (key === own?.key && runId !== run.id ? [runId] : [])));
    return {
      key: `${run.id}/${name}`,
      kind,
      name,
      hash: own?.contentHash ?? null,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      stage: own?.stage ?? null,
      ...{ count: null, paths, at: run.createdAt },
      sharedWith: runs.filter(({ id }) => others.has(id)),
      runs: [run],
      deletable: null,
    };
  });
}

/** Of what is not of a run. */
const ofLibrary = { paths: [], sharedWith: [], stage: null } as const;

const itemOf: Readonly<Record<ImportKind, (run: RunState) => string | null>> = {
  model: ({ modelId }) => modelId,
  dataset: ({ datasetId }) => datasetId,
  adapter: ({ importedAdapterId }) => importedAdapterId,
};

/** The runs that were started with an item of the library. */
export const runsUsing = (runs: readonly RunState[], kind: ImportKind, id: string): RunState[] =>
  runs.filter((run) => itemOf[kind](run) === id);

export function artifactRows({ models, datasets, importedAdapters, runs, results = [] }: Stored): ArtifactRow[] {
  return [
    ...models.map(({ id, name, bytes, importedAt }): ArtifactRow => ({
      key: id,
      kind: 'model',
      name,
      hash: id,
      bytes,
      ...{ ...ofLibrary, count: null, at: importedAt ?? null },
      runs: runsUsing(runs, 'model', id),
      deletable: { kind: 'model', id },
    })),
    ...datasets.map(({ id, name, pairs, bytes, importedAt }): ArtifactRow => ({
      key: id,
      kind: 'dataset',
      name,
      hash: id,
      bytes: bytes ?? null,
      ...{ ...ofLibrary, count: pairs, at: importedAt ?? null },
      runs: runsUsing(runs, 'dataset', id),
      deletable: { kind: 'dataset', id },
    })),
    ...importedAdapters.map(({ id, name, files, importedAt }): ArtifactRow => ({
      key: id,
      kind: 'imported',
      name,
      hash: id,
      bytes: files ? files.reduce((sum, { bytes }) => sum + bytes, 0) : null,
      ...{ ...ofLibrary, count: null, at: importedAt ?? null },
      runs: runsUsing(runs, 'adapter', id),
      deletable: { kind: 'adapter', id },
    })),
    ...runs.flatMap((run) => rowsOfRun(run, runs, results)),
  ];
}

/** What goes and what stays when an item of the library is deleted that `users` runs use. */
export function deletionConsequence(name: string, users: number): string {
  const removed = `“${name}” is removed from this browser.`;
  if (users === 0) return `${removed} No run uses it.`;
  const run =
    users === 1 ? 'One run uses it: its results stay, but it' : `${users} runs use it: their results stay, but they`;
  return `${removed} ${run} can be continued only after it is imported again.`;
}

/** By kind ('all' for every one) and by a text in the name or a run's name. */
export function filterArtifacts(rows: readonly ArtifactRow[], kind: ArtifactKind | 'all', text: string): ArtifactRow[] {
  const wanted = text.trim().toLowerCase();
  const holds = (name: string) => name.toLowerCase().includes(wanted);
  return rows.filter(
    (row) => (kind === 'all' || row.kind === kind) && (holds(row.name) || row.runs.some(({ name }) => holds(name))),
  );
}
