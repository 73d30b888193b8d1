/**
 * Queries over the pairs of runs: which rows, in which order, and their windows. Keeps the sources of the last run and the
 * last few results; decisions are read from the log, so the answer depends on the query and its `asOf` alone.
 */
import { promptText } from '../src/data/import/import-report';
import {
  matchingRows,
  needsLengths,
  needsVerdicts,
  sortRows,
  standingFigures,
  type PairIndex,
} from '../src/data/review/pair-index';
import {
  emptyReviewState,
  foldReviews,
  standingVotes,
  votedPairs,
  type ReviewState,
} from '../src/data/review/review-state';
import { seededRandom } from '../src/data/seeded-random';
import { InputError } from '../src/protocol/errors';
import { originalRound, pairKeyText, type BlindVote, type PairKey, type VotedPair } from '../src/protocol/pair-review';
import type { PairQuery, PairRow, PairScores, PairWindow } from '../src/protocol/pairs';
import type { PreferencePair, SyntheticPair } from '../src/protocol/preference';
import type { StudioDatabase } from '../src/storage/database';
import { readReviews } from '../src/storage/pair-review-store';
import type { RunRecord } from '../src/storage/records';
import { getRun } from '../src/storage/run-store';
import {
  learnLengths,
  learnScores,
  openPairSource,
  readOriginals,
  sourceVersion,
  syntheticPair,
  votedPair,
  type PairSource,
} from './pair-source';

const KEPT_RESULTS = 4;

export interface OpenPairs {
  record: RunRecord;
  source: PairSource;
  /** What stands now. */
  reviews: ReviewState;
}

export interface FoundRows extends OpenPairs {
  rows: Uint32Array;
  asOf: number;
}

export interface PairQueries {
  open(runId: string): Promise<OpenPairs>;
  find(query: PairQuery, asOf: number | null): Promise<FoundRows>;
  /** Rows of the index as the page shows them. */
  read(open: OpenPairs, rows: readonly number[], clip: number | null): Promise<PairRow[]>;
  window(found: FoundRows, offset: number, limit: number, clip: number | null): Promise<PairWindow>;
}

export function createPairQueries(database: Promise<StudioDatabase>): PairQueries {
  let source: Promise<PairSource> | null = null;
  let version = '';
  const logs = new Map<string, ReviewState>();
  const results = new Map<string, Promise<Uint32Array>>();

  async function reviewsOf(runId: string): Promise<ReviewState> {
    const state = logs.get(runId) ?? emptyReviewState();
    const actions = await readReviews(await database, runId, state.sequence);
    // Another command may have read the same ones meanwhile.
    foldReviews(
      state,
      actions.filter(({ sequence }) => sequence > state.sequence),
    );
    logs.set(runId, state);
    return state;
  }

  async function open(runId: string): Promise<OpenPairs> {
    const record = await getRun(await database, runId);
    if (!record) throw new InputError('There is no such run; it may have been deleted in another window.');
    const reviews = await reviewsOf(runId);
    const voted = votedPairs(reviews);
    const now = sourceVersion(record, voted);
    if (source === null || version !== now) {
      version = now;
      results.clear();
      source = openPairSource(await database, record, voted);
      source.catch(() => (source = null));
    }
    const opened = await source;
    if (await learnScores(await database, record, opened)) results.clear();
    return { record, source: opened, reviews };
  }

  /** The verdicts as they stood after an action. */
  async function verdictsAt({ reviews }: OpenPairs, runId: string, asOf: number): Promise<ReviewState['verdicts']> {
    if (reviews.sequence <= asOf) return reviews.verdicts;
    const earlier = (await readReviews(await database, runId)).filter(({ sequence }) => sequence <= asOf);
    return foldReviews(emptyReviewState(), earlier).verdicts;
  }

  async function select(opened: OpenPairs, query: PairQuery, asOf: number): Promise<Uint32Array> {
    const { source: pairs } = opened;
    if (needsLengths(query)) await learnLengths(pairs);
    const verdicts = needsVerdicts(query) ? await verdictsAt(opened, query.runId, asOf) : new Map();
    const figures = standingFigures(pairs.index, verdicts);
    const rows = matchingRows(pairs.index, query, verdicts, figures);
    const text = query.text.trim().toLowerCase();
    return sortRows(figures, text === '' ? rows : await searchTexts(pairs, rows, text), query.sort);
  }

  return {
    open,
    find: async (query, asOf) => {
      const opened = await open(query.runId);
      const at = asOf ?? opened.reviews.sequence;
      const key = JSON.stringify([version, query, needsVerdicts(query) ? at : 0]);
      const rows = results.get(key) ?? select(opened, query, at);
      results.delete(key);
      results.set(key, rows);
      rows.catch(() => results.delete(key));
      for (const old of [...results.keys()].slice(0, -KEPT_RESULTS)) results.delete(old);
      return { ...opened, rows: await rows, asOf: at };
    },
    read: readRows,
    window: async (found, offset, limit, clip) => {
      const { source: pairs, reviews, rows, asOf } = found;
      const shown = [...rows.subarray(offset, offset + limit)];
      return {
        total: rows.length,
        reviewed: countReviewed(pairs.index, rows, reviews),
        unscored: unscoredRows(found).length,
        votes: countVotes(pairs.index, rows, reviews),
        all: pairs.index.count,
        voted: pairs.voted.length,
        asOf,
        offset,
        rows: await readRows(found, shown, clip),
        missing: pairs.missing,
      };
    },
  };
}

/** The original pairs among the rows that the reward model has not been asked about. */
export function unscoredRows({ source: { index, originals }, rows }: Pick<FoundRows, 'source' | 'rows'>): Uint32Array {
  return rows.filter((row) => index.rounds[row] === originalRound && originals.asked[index.positions[row] ?? 0] !== 1);
}

async function searchTexts(source: PairSource, rows: Uint32Array, text: string): Promise<Uint32Array> {
  const has = (...texts: string[]) => texts.some((one) => one.toLowerCase().includes(text));
  const hits = new Uint8Array(rows.length);
  rows.forEach((row, place) => {
    const [made, voted] = [syntheticPair(source, row), votedPair(source, row)];
    if (made) hits[place] = Number(has(made.prompt, made.chosen.text, made.rejected.text));
    if (voted) hits[place] = Number(has(promptText(voted.prompt), voted.chosen, voted.rejected));
  });
  await readOriginals(source, [...rows], ({ prompt, chosen, rejected }, place) => {
    hits[place] = Number(has(promptText(prompt), chosen, rejected));
  });
  return rows.filter((_, place) => hits[place] === 1);
}

/** Pairs of the result that have a decision or an edit. */
function countReviewed(index: PairIndex, rows: Uint32Array, { verdicts }: ReviewState): number {
  const decided = [...verdicts].filter(([, { verdict }]) => verdict.decision !== null || verdict.edited !== null);
  return countOf(index, rows, new Set(decided.map(([key]) => key)));
}

/** Pairs of the result that have a blind vote. */
const countVotes = (index: PairIndex, rows: Uint32Array, reviews: ReviewState): number =>
  countOf(index, rows, new Set(standingVotes(reviews).map(pairKeyText)));

/** How many of the rows are pairs with these keys. */
function countOf(index: PairIndex, rows: Uint32Array, keys: ReadonlySet<string>): number {
  if (keys.size === 0) return 0;
  const wanted = new Set([...keys].map((key) => index.row(key)));
  return rows.reduce((sum, row) => sum + Number(wanted.has(row)), 0);
}

async function readRows({ record, source, reviews }: OpenPairs, rows: readonly number[], clip: number | null) {
  const votes = new Map(standingVotes(reviews).map((vote) => [pairKeyText(vote), vote]));
  const common = (row: number) => {
    const key: PairKey = { round: source.index.rounds[row] ?? 0, id: source.index.ids[row] ?? '' };
    const text = pairKeyText(key);
    return {
      ...key,
      use: source.index.use(row),
      verdict: reviews.verdicts.get(text)?.verdict ?? null,
      blindLeft: blindLeft(record.state.id, key),
      vote: votes.get(text) ?? null,
    };
  };
  const read: PairRow[] = Array.from({ length: rows.length });
  rows.forEach((row, place) => {
    const [made, voted] = [syntheticPair(source, row), votedPair(source, row)];
    if (made) read[place] = { ...common(row), ...syntheticRow(made, source.index.margins[row] ?? NaN, clip) };
    if (voted) read[place] = { ...common(row), ...plainRow(voted, clip), models: modelsOf(voted) };
  });
  await readOriginals(source, rows, (pair, place) => {
    const row = rows[place] ?? 0;
    read[place] = { ...common(row), ...plainRow(pair, clip), scores: originalScores(source, row) };
  });
  return read;
}

/** A pair that no round sampled and scored. */
function plainRow(
  { prompt, chosen, rejected }: Pick<PreferencePair, 'prompt' | 'chosen' | 'rejected'>,
  clip: number | null,
) {
  return {
    prompt: clip === null ? prompt : promptText(prompt).slice(-clip),
    chosen: chosen.slice(0, clip ?? undefined),
    rejected: rejected.slice(0, clip ?? undefined),
    scores: null,
    models: null,
    ended: null,
  };
}

/** null for a pair that the reward model has not scored. */
function originalScores({ index, originals }: PairSource, row: number): PairScores | null {
  const position = index.positions[row] ?? 0;
  const [chosen = NaN, rejected = NaN] = [originals.chosen[position], originals.rejected[position]];
  if (Number.isNaN(chosen) || Number.isNaN(rejected)) return null;
  const margin = index.margins[row] ?? NaN;
  return { chosen, rejected, sigmas: Number.isNaN(margin) ? null : margin, all: [] };
}

const modelsOf = ({ chosenModel: chosen, rejectedModel: rejected }: VotedPair) => ({ chosen, rejected });

function syntheticRow({ prompt, chosen, rejected, scores }: SyntheticPair, margin: number, clip: number | null) {
  return {
    prompt: clip === null ? prompt : prompt.slice(-clip),
    chosen: chosen.text.slice(0, clip ?? undefined),
    rejected: rejected.text.slice(0, clip ?? undefined),
    scores: {
      chosen: chosen.score,
      rejected: rejected.score,
      sigmas: Number.isNaN(margin) ? null : margin,
      all: scores,
    },
    models: null,
    ended: { chosen: chosen.ended, rejected: rejected.ended },
  };
}

/** The same for a pair whenever it is shown, and as good as a coin's throw. */
export function blindLeft(runId: string, key: PairKey): BlindVote['left'] {
  return seededRandom(0, 'blind order', runId, pairKeyText(key))() < 0.5 ? 'chosen' : 'rejected';
}
