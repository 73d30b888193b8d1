/** Rewards of a run's original pairs by its reward model, in parts that are kept as they come. Who has the GPU is in playground.ts. */
import { readItems } from '../src/data/dataset-source';
import { CancelledError, InputError } from '../src/protocol/errors';
import type { PreferencePair } from '../src/protocol/preference';
import type { Playground } from '../src/rounds/playground';
import type { StudioDatabase } from '../src/storage/database';
import { getDataset } from '../src/storage/library';
import { appendPairScores, readPairScores } from '../src/storage/pair-score-store';
import type { Bytes, RunRecord } from '../src/storage/records';
import { datasetSource } from './run-sources';

/** Pairs a part: a few seconds of work on a GPU, and some kilobytes. */
const partSize = 128;

interface Scoring {
  database: StudioDatabase;
  record: RunRecord;
  reward: { key: string; files: Record<string, Bytes> };
  playground: Pick<Playground, 'score'>;
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/**
 * @param positions in the run's dataset; those that have a reward of this reward model are left out
 * @returns how many pairs were scored before it ended or was stopped
 * @throws InputError when the dataset is gone, has no such pairs, or the storage is full
 */
export async function scoreOriginals(
  { database, record, reward, playground, signal, onProgress }: Scoring,
  positions: Uint32Array,
): Promise<number> {
  const { id: runId, datasetId } = record.state;
  const stored = await getDataset(database, datasetId);
  const dataset = datasetSource(database, stored);
  if (dataset.kind !== 'preference') throw new InputError('The dataset of this run has single responses, no pairs.');
  if (positions.some((position) => position >= stored.summary.pairs))
    throw new InputError('The dataset of this run has no such pair.');
  const known = new Set((await readPairScores(database, runId, reward.key)).flatMap((part) => [...part.positions]));
  const missing = positions.filter((position) => !known.has(position));
  onProgress(0, missing.length);
  let done = 0;
  try {
    while (done < missing.length) {
      const part = missing.slice(done, done + partSize);
      const pairs = (await readItems(dataset, [...part])) as PreferencePair[];
      const rewards = await playground.score({ reward: reward.files, pairs, signal });
      await appendPairScores(database, { runId, reward: reward.key, positions: part, ...rewards });
      done += part.length;
      onProgress(done, missing.length);
    }
  } catch (error) {
    if (!(error instanceof CancelledError) || !signal.aborted) throw error;
  }
  return done;
}
