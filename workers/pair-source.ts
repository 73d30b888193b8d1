/**
 * Where the pairs of a run come from: the dataset for original ones, the results of its score stages for synthetic ones, the log
 * of reviews for those that votes in the playground made. Reads
 * rows by their place, and scans texts without keeping them. What is asked for is in pair-queries.ts.
 */
import type { DatasetSource } from '../src/data/dataset-source';
import { standardDeviation } from '../src/data/pair-filters';
import { PairIndex } from '../src/data/review/pair-index';
import { splitDataset, type DatasetSplit } from '../src/data/split';
import { InputError } from '../src/protocol/errors';
import { isSyntheticRound, originalRound, playgroundRound, type VotedPair } from '../src/protocol/pair-review';
import type { PairUse } from '../src/protocol/pairs';
import type { PreferencePair, SyntheticPair } from '../src/protocol/preference';
import { stageId } from '../src/rounds/stages';
import { readSyntheticPairs } from '../src/rounds/synthetic-pairs';
import { databaseArtifacts } from '../src/storage/artifact-store';
import type { StudioDatabase } from '../src/storage/database';
import { getDataset } from '../src/storage/library';
import { readPairScores } from '../src/storage/pair-score-store';
import type { RunRecord } from '../src/storage/records';
import { datasetSource } from './run-sources';

export interface ScoredRound {
  round: number;
  pairs: SyntheticPair[];
  /** Standard deviation of the round's scores, after length control where the recipe asks for it. */
  sigma: number;
}

/** Rewards of original pairs, by their place in the dataset; NaN where there is none. */
interface OriginalScores {
  chosen: Float32Array;
  rejected: Float32Array;
  /** 1 where the reward model was asked, also where it could not say. */
  asked: Uint8Array;
  /** Standard deviation of all of them. */
  sigma: number;
  /** The number of stored parts that are in it. */
  parts: number;
}

export interface PairSource {
  /** Changes when a round has been scored (again), or a pair was voted. */
  version: string;
  index: PairIndex;
  dataset: DatasetSource | null;
  rounds: ReadonlyMap<number, ScoredRound>;
  voted: readonly VotedPair[];
  originals: OriginalScores;
  /** Why there are no original pairs. */
  missing: string | null;
}

const noFigures = { margin: NaN, score: NaN, rejectedScore: NaN };

/** What the source of a run would be now; see PairSource.version. */
export function sourceVersion({ state, stages }: RunRecord, voted: readonly VotedPair[]): string {
  const keys = ['reward', ...scoredStages(state).map(({ id }) => id)].map((id) => stages[id]?.key ?? '');
  return [state.id, state.datasetId, ...keys, ...voted.map(({ id }) => id)].join(' ');
}

export async function openPairSource(
  database: StudioDatabase,
  record: RunRecord,
  voted: readonly VotedPair[],
): Promise<PairSource> {
  const rounds = await readRounds(database, record);
  const originals = await openOriginals(database, record);
  const keys = (await originals.dataset?.keys()) ?? [];
  const synthetic = [...rounds.values()];
  const made = synthetic.reduce((sum, { pairs }) => sum + pairs.length, 0);
  const index = new PairIndex(keys.length + made + voted.length);
  const uses = splitUses(record, keys);
  keys.forEach(({ id }, position) => {
    const use = uses.get(position) ?? 'spare';
    const unknown = { ...noFigures, chosenLength: NaN, rejectedLength: NaN };
    index.add({ round: originalRound, position, id, use, ...unknown });
  });
  for (const { round, pairs, sigma } of synthetic) {
    pairs.forEach((pair, position) => {
      index.add({
        round,
        position,
        id: pair.id,
        use: pair.dropped ?? 'kept',
        margin: sigma > 0 ? (pair.chosen.score - pair.rejected.score) / sigma : NaN,
        score: pair.chosen.score,
        rejectedScore: pair.rejected.score,
        chosenLength: pair.chosen.text.length,
        rejectedLength: pair.rejected.text.length,
      });
    });
  }
  voted.forEach(({ id, chosen, rejected }, position) => {
    const lengths = { chosenLength: chosen.length, rejectedLength: rejected.length };
    index.add({ round: playgroundRound, position, id, use: 'voted', ...noFigures, ...lengths });
  });
  const unscored = () => new Float32Array(keys.length).fill(NaN);
  const scores = { chosen: unscored(), rejected: unscored(), asked: new Uint8Array(keys.length), sigma: NaN, parts: 0 };
  const source = { version: sourceVersion(record, voted), index, rounds, voted, originals: scores, ...originals };
  await learnScores(database, record, source);
  return source;
}

/** Takes in rewards of original pairs that were written since. @returns whether there were any */
export async function learnScores(
  database: StudioDatabase,
  { state, stages }: RunRecord,
  { index, originals }: PairSource,
): Promise<boolean> {
  const { chosen, rejected, asked } = originals;
  const parts = await readPairScores(database, state.id, stages['reward']?.key ?? '', originals.parts);
  if (parts.length === 0) return false;
  for (const part of parts) {
    part.positions.forEach((position, i) => {
      asked[position] = 1;
      chosen[position] = part.chosen[i] ?? NaN;
      rejected[position] = part.rejected[i] ?? NaN;
    });
    originals.parts = part.part + 1;
  }
  originals.sigma = standardDeviation([...chosen, ...rejected].filter((score) => !Number.isNaN(score)));
  // The original pairs are the first rows of the index.
  chosen.forEach((score, row) => {
    index.scores[row] = score;
    index.rejectedScores[row] = rejected[row] ?? NaN;
    index.margins[row] = originals.sigma > 0 ? (score - (rejected[row] ?? NaN)) / originals.sigma : NaN;
  });
  return true;
}

/** Reads the texts of the original pairs among `rows`; `visit` gets each with its place in `rows`, in any order. */
export async function readOriginals(
  { index, dataset }: PairSource,
  rows: readonly number[],
  visit: (pair: PreferencePair, place: number) => void,
): Promise<void> {
  const places = rows.flatMap((row, place) => (index.rounds[row] === originalRound ? [place] : []));
  if (places.length === 0 || dataset === null) return;
  const positions = places.map((place) => index.positions[rows[place] ?? 0] ?? 0);
  await dataset.read(positions, (item, i) => {
    if ('chosen' in item) visit(item, places[i] ?? 0);
  });
}

/** null for a pair that no round made. */
export function syntheticPair({ index, rounds }: PairSource, row: number): SyntheticPair | null {
  const round = index.rounds[row] ?? 0;
  if (!isSyntheticRound(round)) return null;
  const pair = rounds.get(round)?.pairs[index.positions[row] ?? 0];
  if (!pair) throw new Error(`internal: round ${round} has no such pair`);
  return pair;
}

/** null for a pair that no vote in the playground made. */
export function votedPair({ index, voted }: PairSource, row: number): VotedPair | null {
  return index.rounds[row] === playgroundRound ? (voted[index.positions[row] ?? 0] ?? null) : null;
}

/** Fills in the lengths of original pairs, which only their texts tell; once for a source. */
export async function learnLengths(source: PairSource): Promise<void> {
  const { index } = source;
  const rows = Array.from(index.ids, (_, row) => row).filter((row) => Number.isNaN(index.chosenLengths[row]));
  await readOriginals(source, rows, ({ chosen, rejected }, place) => {
    const row = rows[place] ?? 0;
    index.chosenLengths[row] = chosen.length;
    index.rejectedLengths[row] = rejected.length;
  });
}

const scoredStages = ({ stages }: RunRecord['state']) => stages.filter(({ kind }) => kind === 'score');

async function readRounds(database: StudioDatabase, { state, stages }: RunRecord): Promise<Map<number, ScoredRound>> {
  const rounds = new Map<number, ScoredRound>();
  const store = databaseArtifacts(database);
  for (const { round } of scoredStages(state)) {
    const artifact = await store.get(stages[stageId('score', round)]?.key ?? '');
    if (!artifact) continue;
    const pairs = readSyntheticPairs(artifact.files);
    rounds.set(round, { round, pairs, sigma: artifact.summary['reward_std'] ?? NaN });
  }
  return rounds;
}

async function openOriginals(
  database: StudioDatabase,
  { state }: RunRecord,
): Promise<Pick<PairSource, 'dataset' | 'missing'>> {
  try {
    const dataset = datasetSource(database, await getDataset(database, state.datasetId));
    if (dataset.kind === 'preference') return { dataset, missing: null };
    return { dataset: null, missing: 'The dataset of this run has single responses, no pairs.' };
  } catch (error) {
    if (error instanceof InputError) return { dataset: null, missing: error.message };
    throw error;
  }
}

function splitUses({ state }: RunRecord, keys: Parameters<typeof splitDataset>[0]): Map<number, PairUse> {
  const uses = new Map<number, PairUse>();
  if (keys.length === 0) return uses;
  const split: DatasetSplit = splitDataset(keys, state.recipe);
  const mark = (positions: readonly number[], use: PairUse) => {
    for (const position of positions) uses.set(position, use);
  };
  mark(split.train, 'training');
  mark(split.referee, 'referee');
  mark([...split.heldOutPairs, ...split.heldOutPrompts], 'held-out');
  return uses;
}
