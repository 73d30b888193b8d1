/**
 * What the pair worker does: looks through a run's pairs and writes what the person decides into the log. Queries are in
 * pair-queries.ts, blind votes in pair-votes.ts, the export in pair-export.ts.
 */
import { undoChanges } from '../src/data/review/review-state';
import { InputError } from '../src/protocol/errors';
import {
  isEmptyVerdict,
  noVerdict,
  pairKeyText,
  playgroundRound,
  type PairChange,
  type PairVerdict,
} from '../src/protocol/pair-review';
import type { BulkAction, PairCommands, PairRow } from '../src/protocol/pairs';
import type { StudioDatabase } from '../src/storage/database';
import { appendReview } from '../src/storage/pair-review-store';
import { exportPairs } from './pair-export';
import { createPairQueries, unscoredRows, type FoundRows, type OpenPairs, type PairQueries } from './pair-queries';
import { pairTokens } from './pair-tokens';
import { adoptVotes, blindReport, pairOfVote, playgroundTally } from './pair-votes';
import { roundResponses, roundScores } from './round-figures';
import type { Handlers } from './serve-commands';

/** The pair worker's commands over a database. Those that write wait for one another. */
export function pairHandlers(database: Promise<StudioDatabase>): Handlers<PairCommands> {
  const queries = createPairQueries(database);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const own = last.then(work, work);
    last = own.catch(() => {});
    return own;
  };
  const write = async (runId: string, how: 'review' | 'bulk' | 'adopt', changes: PairChange[]): Promise<number> => {
    if (changes.length === 0) return 0;
    await appendReview(await database, { runId, how, changes, vote: null, added: null, undoes: null });
    return changes.length;
  };

  return {
    pairWindow: async ({ query, asOf, offset, limit, clip }) =>
      queries.window(await queries.find(query, asOf), offset, limit, clip),
    findPair: async ({ query, asOf, pair }) => {
      const { source, rows } = await queries.find(query, asOf);
      const row = source.index.row(pairKeyText(pair));
      const place = row === undefined ? -1 : rows.indexOf(row);
      return place < 0 ? null : place;
    },
    reviewPair: ({ runId, pair, verdict }) =>
      inTurn(async () => {
        const opened = await queries.open(runId);
        const row = await onePair(queries, opened, pairKeyText(pair));
        const checked = verdict.edited ? { ...verdict, edited: checkTexts(verdict.edited, row) } : verdict;
        await write(
          runId,
          'review',
          changesTo(opened, [pair], () => checked),
        );
        return null;
      }),
    reviewAll: ({ query, asOf, places, action }) =>
      inTurn(async () => {
        const found = await queries.find(query, asOf);
        const { index } = found.source;
        const rows = places === null ? [...found.rows] : places.flatMap((place) => found.rows[place] ?? []);
        const keys = rows.map((row) => ({ round: index.rounds[row] ?? 0, id: index.ids[row] ?? '' }));
        return write(query.runId, 'bulk', changesTo(found, keys, verdictAfter(action)));
      }),
    undoReview: ({ runId }) =>
      inTurn(async () => {
        const { reviews } = await queries.open(runId);
        const action = reviews.undoable.at(-1);
        if (!action) return null;
        const changes = undoChanges(action);
        const entry = { runId, how: 'undo', changes, vote: null, added: null, undoes: action.sequence } as const;
        await appendReview(await database, entry);
        const [only] = action.vote ? [action.vote] : changes;
        const alone = only && changes.length < 2 ? { round: only.round, id: only.id } : null;
        return { how: action.how, changes: changes.length, pair: alone };
      }),
    voteBlind: ({ runId, vote }) =>
      inTurn(async () => {
        await onePair(queries, await queries.open(runId), pairKeyText(vote));
        await appendReview(await database, { runId, how: 'blind', changes: [], vote, added: null, undoes: null });
        return null;
      }),
    votePlayground: ({ runId, vote }) =>
      inTurn(async () => {
        const { added, verdict } = await pairOfVote(vote);
        const { reviews } = await queries.open(runId);
        const key = { round: playgroundRound, id: added.id };
        const previous = reviews.verdicts.get(pairKeyText(key))?.verdict ?? null;
        // A second vote on the same two answers takes the place of what was decided after the first.
        const changes = verdict === null && previous === null ? [] : [{ ...key, verdict, previous }];
        await appendReview(await database, { runId, how: 'playground', changes, vote: null, added, undoes: null });
        return null;
      }),
    playgroundTally: async ({ runId }) => playgroundTally((await queries.open(runId)).reviews),
    blindReport: async ({ runId }) => blindReport(queries, await queries.open(runId)),
    adoptVotes: ({ runId }) => inTurn(async () => write(runId, 'adopt', await adoptVotes(await queries.open(runId)))),
    exportPairs: async ({ query, asOf }) => exportPairs(queries, await queries.find(query, asOf), query),
    unscoredPairs: async ({ query, asOf }) => unscoredPositions(await queries.find(query, asOf)),
    pairTokens: async ({ runId, pair }) => {
      const opened = await queries.open(runId);
      return pairTokens(await database, opened, await onePair(queries, opened, pairKeyText(pair)));
    },
    roundResponses: async ({ runId, round }) => roundResponses(await database, runId, round),
    roundScores: async ({ runId, round }) => roundScores(await database, runId, round),
  };
}

/** What training sees comes first: it may take long, and be stopped. */
function unscoredPositions(found: FoundRows): Uint32Array {
  const { index } = found.source;
  const unscored = unscoredRows(found);
  const training = unscored.filter((row) => index.use(row) === 'training');
  const others = unscored.filter((row) => index.use(row) !== 'training');
  return Uint32Array.from([...training, ...others], (row) => index.positions[row] ?? 0);
}

const verdictAfter =
  (action: BulkAction) =>
  (before: PairVerdict): PairVerdict => {
    if (action === 'clear') return noVerdict;
    if (action === 'flag' || action === 'unflag') return { ...before, flagged: action === 'flag' };
    return { ...before, decision: action };
  };

/** The changes that a verdict really makes. */
function changesTo(
  { reviews }: OpenPairs,
  keys: readonly { round: number; id: string }[],
  decide: (before: PairVerdict) => PairVerdict,
): PairChange[] {
  return keys.flatMap(({ round, id }) => {
    const previous = reviews.verdicts.get(pairKeyText({ round, id }))?.verdict ?? null;
    const next = decide(previous ?? noVerdict);
    const verdict = isEmptyVerdict(next) ? null : next;
    return JSON.stringify(verdict) === JSON.stringify(previous) ? [] : [{ round, id, verdict, previous }];
  });
}

/** @throws InputError when the run has no such pair (any more) */
async function onePair(queries: PairQueries, opened: OpenPairs, keyText: string): Promise<PairRow> {
  const row = opened.source.index.row(keyText);
  const [pair] = row === undefined ? [] : await queries.read(opened, [row], null);
  if (!pair) throw new InputError('This run has no such pair any more: its round may have been made again.');
  return pair;
}

/** Responses keep the white space before them, which belongs to the format. null where nothing differs from the pair's own. */
function checkTexts(texts: { chosen: string; rejected: string }, pair: PairRow): PairVerdict['edited'] {
  const lead = (text: string, own: string) => (/^\s/.test(text) ? text : (/^\s*/.exec(own)?.[0] ?? '') + text);
  const chosen = lead(texts.chosen, pair.chosen);
  const rejected = lead(texts.rejected, pair.rejected);
  if (chosen.trim() === '' || rejected.trim() === '')
    throw new InputError('A response cannot be empty. Drop the pair instead.');
  if (chosen.trim() === rejected.trim()) throw new InputError('The two responses are the same. Call it a tie instead.');
  return chosen === pair.chosen && rejected === pair.rejected ? null : { chosen, rejected };
}
