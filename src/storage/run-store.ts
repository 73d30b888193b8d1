/** Runs and their curves in the browser's storage. Artifacts are in artifact-store.ts, checkpoints in checkpoint-store.ts. */
import type { MetricPoint } from '../protocol/run-state';
import type { StudioDatabase } from './database';
import { writeWithQuota } from './quota';
import { metricPointSchema, runRecordSchema, type RunRecord } from './records';

/** Stores a run. Histories and evaluation are kept elsewhere, so the record stays small and can be written often. */
export async function putRun(database: StudioDatabase, record: RunRecord): Promise<void> {
  const stages = record.state.stages.map((stage) => ({ ...stage, history: [] }));
  const small: RunRecord = { ...record, state: { ...record.state, stages, evaluation: null } };
  await writeWithQuota(`the state of run ${record.state.name}`, 1e5, () => database.put('runs', small));
}

/** One run without its histories; null when it is not there or of a shape this version does not know. */
export async function getRun(database: StudioDatabase, runId: string): Promise<RunRecord | null> {
  const parsed = runRecordSchema.safeParse(await database.get('runs', runId));
  return parsed.success ? parsed.data : null;
}

/** All runs, oldest first, with the histories of their stages. */
export async function listRuns(database: StudioDatabase): Promise<{ runs: RunRecord[]; unreadable: number }> {
  const all = await database.getAll('runs');
  const runs: RunRecord[] = [];
  for (const value of all) {
    const parsed = runRecordSchema.safeParse(value);
    if (!parsed.success) continue;
    for (const stage of parsed.data.state.stages) {
      stage.history = await readHistory(database, parsed.data.state.id, stage.id);
    }
    runs.push(parsed.data);
  }
  runs.sort((a, b) => a.state.createdAt - b.state.createdAt);
  return { runs, unreadable: all.length - runs.length };
}

/** Adds points to a stage's curve; a point of a step that is already there replaces it. */
export async function appendHistory(
  database: StudioDatabase,
  runId: string,
  stage: string,
  points: readonly MetricPoint[],
): Promise<void> {
  await writeWithQuota('a training curve', points.length * 500, async () => {
    const transaction = database.transaction('histories', 'readwrite');
    for (const point of points) void transaction.store.put({ ...point, runId, stage });
    await transaction.done;
  });
}

/** A stage's curve in the order of steps. */
export async function readHistory(database: StudioDatabase, runId: string, stage: string): Promise<MetricPoint[]> {
  const range = IDBKeyRange.bound([runId, stage, 0], [runId, stage, Number.MAX_SAFE_INTEGER]);
  const points: MetricPoint[] = [];
  for (const value of await database.getAll('histories', range)) {
    const parsed = metricPointSchema.safeParse(value);
    if (parsed.success) points.push(parsed.data);
  }
  return points;
}

/** Removes the points after `lastStep`, before a stage is trained again from there. */
export async function cutHistory(
  database: StudioDatabase,
  runId: string,
  stage: string,
  lastStep: number,
): Promise<void> {
  const range = IDBKeyRange.bound([runId, stage, lastStep], [runId, stage, Number.MAX_SAFE_INTEGER], true);
  await database.delete('histories', range);
}

/** Removes a run with its curves, its checkpoints, the reviews and rewards of its pairs, and those artifacts that no other run uses. */
export async function deleteRun(database: StudioDatabase, runId: string): Promise<void> {
  const stores = [
    ...(['runs', 'histories', 'checkpoints', 'artifacts'] as const),
    ...(['pairReviews', 'pairScores', 'memoryTimelines'] as const),
  ] as const;
  const transaction = database.transaction(stores, 'readwrite');
  const runs = await transaction.objectStore('runs').getAll();
  const [own, others] = [runs.filter((run) => run.state.id === runId), runs.filter((run) => run.state.id !== runId)];
  for (const key of unused(artifactKeys(own), others)) void transaction.objectStore('artifacts').delete(key);
  void transaction.objectStore('histories').delete(IDBKeyRange.bound([runId], [runId, []]));
  void transaction.objectStore('checkpoints').delete(IDBKeyRange.bound([runId], [runId, []]));
  void transaction.objectStore('pairReviews').delete(IDBKeyRange.bound([runId], [runId, []]));
  void transaction.objectStore('pairScores').delete(IDBKeyRange.bound([runId], [runId, []]));
  void transaction.objectStore('memoryTimelines').delete(runId);
  void transaction.objectStore('runs').delete(runId);
  await transaction.done;
}

/** Removes the artifacts among `keys` that no run uses. */
export async function deleteUnusedArtifacts(database: StudioDatabase, keys: Iterable<string>): Promise<void> {
  const transaction = database.transaction(['runs', 'artifacts'], 'readwrite');
  const runs = await transaction.objectStore('runs').getAll();
  for (const key of unused(keys, runs)) void transaction.objectStore('artifacts').delete(key);
  await transaction.done;
}

type Finished = Pick<RunRecord, 'stages'>;

const artifactKeys = (runs: readonly Finished[]): Set<string> =>
  new Set(runs.flatMap(({ stages }) => Object.values(stages).map(({ key }) => key)));

function unused(keys: Iterable<string>, runs: readonly Finished[]): string[] {
  const used = artifactKeys(runs);
  return [...keys].filter((key) => !used.has(key));
}
