/** What the room of the studio goes to, by kind: what several runs share counts once. Pure. */
import type { HubCache } from '../../../protocol/hub';
import type { CheckpointSummary, StoredResult } from '../../../protocol/provenance';
import type { ArtifactRow, Stored } from './artifact-rows';

export interface StorageParts extends Stored {
  results: readonly StoredResult[];
  checkpoints: readonly Pick<CheckpointSummary, 'bytes'>[];
  downloads: HubCache['models'];
}

const sum = (bytes: readonly (number | null | undefined)[]): number =>
  bytes.reduce<number>((total, value) => total + (value ?? 0), 0);

/** Bytes by kind, without kinds that take none. Texts between stages and curves, small beside these, are left out. */
export function storageByKind(parts: StorageParts, rows: readonly ArtifactRow[]): [kind: string, bytes: number][] {
  const { models, datasets, runs, results, checkpoints, downloads } = parts;
  const keyOf = new Map(results.map(({ runId, path, key }) => [`${runId}/${path}`, key]));
  /** By the stored result and the output's path; without a result, by the run's own path. */
  const once = new Map<string, number>();
  for (const { id, outputs } of runs)
    for (const { path, bytes } of outputs) once.set(`${keyOf.get(`${id}/${path}`) ?? id}/${path}`, bytes);
  const downloaded = new Set(downloads.map(({ modelId }) => modelId));
  const kinds: [string, number][] = [
    ['Models', sum(models.map(({ id, bytes }) => (downloaded.has(id) ? 0 : bytes)))],
    ['Downloads', sum(downloads.map(({ bytesStored }) => bytesStored))],
    ['Data', sum(datasets.map(({ bytes }) => bytes))],
    ['Imported adapters', sum(rows.map(({ kind, bytes }) => (kind === 'imported' ? bytes : 0)))],
    ['Results of runs', sum([...once.values()])],
    ['Checkpoints', sum(checkpoints.map(({ bytes }) => bytes))],
  ];
  return kinds.filter(([, bytes]) => bytes > 0);
}
