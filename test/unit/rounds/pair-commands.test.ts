/** The pair worker over real storage (in memory): queries, decisions that last, undo, bulk, blind votes, export. */
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { datasetSource } from '../../../workers/run-sources';
import { pairHandlers } from '../../../workers/pair-commands';
import { blindLeft } from '../../../workers/pair-queries';
import { splitDataset } from '../../../src/data/split';
import {
  noVerdict,
  playgroundRound,
  type PairKey,
  type PairVerdict,
  type PlaygroundVote,
} from '../../../src/protocol/pair-review';
import type { BulkAction, PairQuery, PairRow } from '../../../src/protocol/pairs';
import type { PreferencePair, SyntheticPair } from '../../../src/protocol/preference';
import { syntheticPairFiles } from '../../../src/rounds/synthetic-pairs';
import { databaseArtifacts } from '../../../src/storage/artifact-store';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { readReviews } from '../../../src/storage/pair-review-store';
import { appendPairScores } from '../../../src/storage/pair-score-store';
import { deleteRun, getRun, putRun } from '../../../src/storage/run-store';
import { artifact, datasetSummary, runRecord, stageState } from '../../support/stored-records';
import { tinyPreferences } from '../../support/tiny-preferences';
import { tinyRecipe } from '../../support/tiny-run';

const originals = await tinyPreferences(60);
const candidate = (text: string, score: number) => ({ text, ids: [1, 2], score, ended: true });
const scored: SyntheticPair[] = [
  [2, 1],
  [3, 0.5],
  [1, 0.9],
].map(([chosen = 0, rejected = 0], i) => ({
  id: `s${i}`,
  round: 1,
  prompt: `\n\nHuman: question ${i}\n\nAssistant:`,
  promptIds: [1],
  chosen: candidate(` good ${i}`, chosen),
  rejected: candidate(` bad ${i}`, rejected),
  scores: [chosen, rejected],
  dropped: i === 2 ? 'margin' : null,
}));

let database: StudioDatabase;
let handlers: ReturnType<typeof pairHandlers>;
let count = 0;

beforeEach(async () => {
  database = await openStudioDatabase(`pair commands ${count++}`);
  const summary = { ...datasetSummary('d'), pairs: originals.length };
  await database.put('datasets', { id: 'd', name: 'd', summary, chunks: null, pairs: [...originals] });
  const files = syntheticPairFiles(scored);
  await databaseArtifacts(database).put(artifact('k', { kind: 'score', files, summary: { reward_std: 0.5 } }));
  const stages = [stageState('round1.score', { kind: 'score', round: 1, status: 'done' })];
  const record = runRecord('r', { recipe: tinyRecipe, stages });
  const made = { key: 'k', contentHash: 'c', inputs: {}, startedAt: 1, finishedAt: 2, seconds: 1 };
  await putRun(database, { ...record, stages: { 'round1.score': made } });
  handlers = pairHandlers(Promise.resolve(database));
});

const anything = { from: null, to: null };
const query = (change: Partial<PairQuery> = {}): PairQuery => ({
  runId: 'r',
  rounds: [1],
  uses: [],
  reviews: [],
  margin: anything,
  length: anything,
  text: '',
  sort: { by: 'order', descending: false },
  ...change,
});
const look = (change: Partial<PairQuery> = {}, asOf: number | null = null) =>
  handlers.pairWindow({ query: query(change), asOf, offset: 0, limit: 100, clip: null });
const idsOf = async (...argument: Parameters<typeof look>) => (await look(...argument)).rows.map(({ id }) => id);
const of = (id: string): PairKey => ({ round: 1, id });
const decide = (id: string, change: Partial<PairVerdict>) =>
  handlers.reviewPair({ runId: 'r', pair: of(id), verdict: { ...noVerdict, ...change } });
const verdicts = async () => (await look()).rows.map(({ verdict }) => verdict?.decision ?? null);
const lines = async (change: Partial<PairQuery> = {}) => {
  const { file, pairs } = await handlers.exportPairs({ query: query(change), asOf: null });
  const found = (await file.text()).split('\n').filter(Boolean);
  expect(found.length).toBe(pairs);
  return found.map((line) => JSON.parse(line) as PreferencePair);
};

describe('a window', () => {
  it('shows original pairs with what the split makes of them, and synthetic ones with scores and margin', async () => {
    const all = await look({ rounds: [] });
    expect([all.total, all.all, all.missing]).toEqual([63, 63, null]);
    const { train } = splitDataset(await datasetSource(database, await stored()).keys(), tinyRecipe);
    const trained = all.rows.filter(({ use }) => use === 'training').map(({ id }) => id);
    expect(new Set(trained)).toEqual(new Set(train.map((position) => originals[position]?.id)));
    const row = all.rows.find(({ id }) => id === 's1');
    expect(row).toMatchObject({
      round: 1,
      use: 'kept',
      scores: { chosen: 3, rejected: 0.5, sigmas: 5, all: [3, 0.5] },
    });
    const original = all.rows[0];
    expect(original).toMatchObject({ prompt: originals[0]?.prompt, chosen: originals[0]?.chosen, scores: null });
  });

  it('is filtered, searched in prompts and responses of both kinds, sorted and cut to its place', async () => {
    expect(await idsOf({ uses: ['margin'] })).toEqual(['s2']);
    expect(await idsOf({ text: 'QUESTION 1' })).toEqual(['s1']);
    const wanted = originals.filter(({ prompt }) => String(prompt).includes('kite')).map(({ id }) => id);
    expect(wanted.length).toBeGreaterThan(0);
    expect(await idsOf({ rounds: [0], text: 'kite' })).toEqual(wanted);
    expect(await idsOf({ sort: { by: 'margin', descending: true } })).toEqual(['s1', 's0', 's2']);
    const lengths = (await look({ rounds: [0], sort: { by: 'length', descending: true } })).rows.map(longer);
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
    const second = await handlers.pairWindow({ query: query(), asOf: null, offset: 1, limit: 1, clip: 3 });
    expect(second.rows.map(({ id, chosen }) => [id, chosen])).toEqual([['s1', ' go']]);
  });

  it('keeps what it found while decisions are made, until it is asked anew', async () => {
    const first = await look({ reviews: ['none'] });
    await decide('s0', { decision: 'keep' });
    const same = await look({ reviews: ['none'] }, first.asOf);
    expect([same.rows.map(({ id }) => id), same.reviewed]).toEqual([['s0', 's1', 's2'], 1]);
    expect(await idsOf({ reviews: ['none'] })).toEqual(['s1', 's2']);
  });

  it('says why original pairs are missing, and shows the others', async () => {
    await database.delete('datasets', 'd');
    const { rows, missing } = await look({ rounds: [] });
    expect(rows.length).toBe(3);
    expect(missing).toMatch(/no longer stored/);
  });
});

describe('decisions', () => {
  it('last, are undone to any depth after a restart, and leave a log that tells all of it', async () => {
    await decide('s0', { decision: 'keep' });
    await decide('s0', { decision: 'flip' });
    await decide('s1', { decision: 'drop' });
    handlers = pairHandlers(Promise.resolve(database));
    expect(await verdicts()).toEqual(['flip', 'drop', null]);
    expect(await handlers.undoReview({ runId: 'r' })).toEqual({ how: 'review', changes: 1, pair: of('s1') });
    expect(await handlers.undoReview({ runId: 'r' })).toMatchObject({ pair: of('s0') });
    expect(await verdicts()).toEqual(['keep', null, null]);
    await handlers.undoReview({ runId: 'r' });
    expect(await verdicts()).toEqual([null, null, null]);
    expect(await handlers.undoReview({ runId: 'r' })).toBeNull();
    const log = await readReviews(database, 'r');
    expect(log.map(({ sequence, how, who }) => [sequence, how, who])).toEqual(
      ['review', 'review', 'review', 'undo', 'undo', 'undo'].map((how, i) => [i + 1, how, 'person']),
    );
    expect(log[1]?.changes[0]).toMatchObject({ verdict: { decision: 'flip' }, previous: { decision: 'keep' } });
  });

  it('refuse edits that cannot be trained on, and keep the space before a reply', async () => {
    const edit = (chosen: string, rejected: string) => decide('s0', { decision: 'keep', edited: { chosen, rejected } });
    await expect(edit(' ', ' bad 0')).rejects.toThrow(/cannot be empty/);
    await expect(edit('same', ' same')).rejects.toThrow(/the same/);
    await edit('better', ' bad 0');
    expect((await look()).rows[0]?.verdict?.edited).toEqual({ chosen: ' better', rejected: ' bad 0' });
    await expect(decide('gone', { decision: 'keep' })).rejects.toThrow(/no such pair/);
  });

  const bulk = (action: BulkAction, places: number[] | null = null, change: Partial<PairQuery> = {}) =>
    handlers.reviewAll({ query: query(change), asOf: null, places, action });

  it('in bulk change what the query finds, as one action', async () => {
    await decide('s0', { decision: 'tie' });
    expect(await bulk('drop', null, { uses: ['kept'] })).toBe(2);
    expect(await verdicts()).toEqual(['drop', 'drop', null]);
    await handlers.undoReview({ runId: 'r' });
    expect(await verdicts()).toEqual(['tie', null, null]);
    expect(await bulk('clear')).toBe(1);
    expect(await verdicts()).toEqual([null, null, null]);
  });

  it('in bulk change the pairs at the chosen places alone, and flags without decisions', async () => {
    const sort = { by: 'margin', descending: true } as const;
    expect(await bulk('tie', [0, 2], { sort })).toBe(2);
    expect(await verdicts()).toEqual([null, 'tie', 'tie']);
    const flags = async () => (await look()).rows.map(({ verdict }) => verdict?.flagged ?? false);
    expect(await bulk('flag', [1, 7])).toBe(1);
    expect(await bulk('flag')).toBe(2);
    expect([await flags(), await verdicts()]).toEqual([
      [true, true, true],
      [null, 'tie', 'tie'],
    ]);
    expect(await bulk('unflag', [0])).toBe(1);
    expect(await flags()).toEqual([false, true, true]);
  });

  it('turn a pair round for orders by margin, which stay as they are until asked anew', async () => {
    const by = { sort: { by: 'margin', descending: true } } as const;
    const first = await look(by);
    await decide('s1', { decision: 'flip' });
    expect((await look(by, first.asOf)).rows.map(({ id }) => id)).toEqual(['s1', 's0', 's2']);
    expect(await idsOf(by)).toEqual(['s0', 's2', 's1']);
    expect(await idsOf({ margin: { from: null, to: 0 } })).toEqual(['s1']);
  });

  it('about a flipped pair keep the texts in its own order: the edit is exported as it was seen', async () => {
    await decide('s0', { decision: 'flip', edited: { chosen: ' good 0', rejected: ' bad 0, but polite' } });
    expect((await lines())[0]).toMatchObject({ chosen: ' bad 0, but polite', rejected: ' good 0' });
  });

  it('go with their run, and none is written for a run that is gone', async () => {
    await decide('s0', { decision: 'keep' });
    await look();
    await deleteRun(database, 'r');
    expect(await readReviews(database, 'r')).toEqual([]);
    await expect(decide('s0', { decision: 'flip' })).rejects.toThrow(/no such run/);
  });
});

describe('blind votes', () => {
  const vote = (id: string, better: 'chosen' | 'rejected' | 'tie') => {
    const left = blindLeft('r', of(id));
    const side = better === left ? ('left' as const) : ('right' as const);
    return handlers.voteBlind({ runId: 'r', vote: { ...of(id), left, better: better === 'tie' ? 'tie' : side } });
  };

  it('are compared with the scores, change nothing, and become decisions when they are adopted', async () => {
    await vote('s0', 'chosen');
    await vote('s1', 'rejected');
    await vote('s2', 'tie');
    const { reward, labels, adoptable } = await handlers.blindReport({ runId: 'r' });
    expect(reward).toMatchObject({ votes: 3, agreed: 1, ties: 1 });
    expect([labels.votes, adoptable]).toEqual([0, 3]);
    expect(await verdicts()).toEqual([null, null, null]);
    expect(await handlers.adoptVotes({ runId: 'r' })).toBe(3);
    expect(await verdicts()).toEqual(['keep', 'flip', 'tie']);
    expect((await handlers.blindReport({ runId: 'r' })).adoptable).toBe(0);
  });

  it('are counted among the pairs that the query finds', async () => {
    await vote('s0', 'chosen');
    await vote('s2', 'tie');
    await vote('s2', 'rejected');
    const votes = async (change: Partial<PairQuery>) => (await look(change)).votes;
    expect([await votes({}), await votes({ uses: ['margin'] }), await votes({ rounds: [0] })]).toEqual([2, 1, 0]);
    await handlers.undoReview({ runId: 'r' });
    await handlers.undoReview({ runId: 'r' });
    expect(await votes({})).toBe(1);
  });

  it('see both orders, always the same one for a pair', () => {
    const order = Array.from({ length: 200 }, (_, i) => blindLeft('r', of(`p${i}`)));
    const left = order.filter((side) => side === 'chosen').length;
    expect(left).toBeGreaterThan(70);
    expect(left).toBeLessThan(130);
    expect(order).toEqual(Array.from({ length: 200 }, (_, i) => blindLeft('r', of(`p${i}`))));
  });
});

describe('the export', () => {
  it('has the pairs found with decisions applied, without what is left out', async () => {
    await decide('s0', { decision: 'flip' });
    expect(await lines()).toEqual([
      { prompt: scored[0]?.prompt, chosen: ' bad 0', rejected: ' good 0' },
      { prompt: scored[1]?.prompt, chosen: ' good 1', rejected: ' bad 1' },
    ]);
    await decide('s2', { decision: 'keep' });
    expect((await lines({ uses: ['margin'] })).map(({ chosen }) => chosen)).toEqual([' good 2']);
  });

  it('keeps held-out pairs out unless they are asked for', async () => {
    const held = (await look({ rounds: [0], uses: ['held-out'] })).total;
    expect(held).toBeGreaterThan(0);
    expect((await lines({ rounds: [0] })).length).toBe(originals.length - held);
    expect((await lines({ rounds: [0], uses: ['held-out'] })).length).toBe(held);
  });
});

const longer = ({ chosen, rejected }: PairRow) => Math.max(chosen.length, rejected.length);

async function stored() {
  const record = await database.get('datasets', 'd');
  if (!record) throw new Error('no dataset');
  return record;
}

describe('a vote in the playground', () => {
  const question = { role: 'user' as const, content: 'Where is the mill?' };
  const cast = (better: PlaygroundVote['better'], left = ' By the river.', right = ' No idea.') =>
    handlers.votePlayground({
      runId: 'r',
      vote: {
        prompt: [question],
        left: { model: 'sft', text: left },
        right: { model: 'dpo_round1', text: right },
        better,
      },
    });
  const voted = () => look({ rounds: [playgroundRound] });

  it("becomes a pair of the run: shown, searched, sorted, exported in TRL's format", async () => {
    await cast('right');
    const { rows, all, voted: count } = await voted();
    expect([all, count]).toEqual([64, 1]);
    expect(rows).toMatchObject([
      {
        round: playgroundRound,
        use: 'voted',
        prompt: [question],
        chosen: ' No idea.',
        rejected: ' By the river.',
        models: { chosen: 'dpo_round1', rejected: 'sft' },
        scores: null,
        verdict: null,
      },
    ]);
    expect((await look({ rounds: [], text: 'the mill' })).total).toBe(1);
    expect((await look({ rounds: [], sort: { by: 'length', descending: false } })).total).toBe(64);
    expect(await lines({ rounds: [playgroundRound] })).toEqual([
      {
        prompt: [question],
        chosen: [{ role: 'assistant', content: 'No idea.' }],
        rejected: [{ role: 'assistant', content: 'By the river.' }],
      },
    ]);
  });

  it('for neither is a tie, which training and export leave out', async () => {
    await cast('tie');
    expect((await voted()).rows[0]?.verdict?.decision).toBe('tie');
    expect(await lines({ rounds: [playgroundRound] })).toEqual([]);
    // The same answers again, now with a preference: the tie is gone.
    await cast('left');
    const { rows } = await voted();
    expect(rows.map(({ verdict, chosen }) => [verdict, chosen])).toEqual([[null, ' By the river.']]);
  });

  it('is counted for its models by what stands, and can be undone', async () => {
    const tally = () => handlers.playgroundTally({ runId: 'r' });
    await cast('left');
    await cast('right', ' one', ' two');
    await cast('tie', ' three', ' four');
    expect(await tally()).toEqual([{ models: ['dpo_round1', 'sft'], wins: [1, 1], ties: 1 }]);
    const second = (await voted()).rows[1];
    const pair = { round: playgroundRound, id: second?.id ?? '' };
    await handlers.reviewPair({ runId: 'r', pair, verdict: { ...noVerdict, decision: 'flip' } });
    expect(await tally()).toEqual([{ models: ['dpo_round1', 'sft'], wins: [0, 2], ties: 1 }]);
    await handlers.undoReview({ runId: 'r' });
    await handlers.undoReview({ runId: 'r' });
    expect([(await voted()).total, (await tally())[0]?.ties]).toEqual([2, 0]);
  });

  it('survives a reload, and needs two different answers', async () => {
    await cast('left');
    handlers = pairHandlers(Promise.resolve(database));
    expect((await voted()).total).toBe(1);
    await expect(cast('left', ' same', ' same')).rejects.toThrow('Both answers are the same');
    await expect(cast('left', ' ', ' same')).rejects.toThrow('empty answer');
    expect((await readReviews(database, 'r')).map(({ how }) => how)).toEqual(['playground']);
  });
});

describe('rewards of original pairs', () => {
  const scores = (reward: string, positions: number[], chosen: number[], rejected: number[]) =>
    appendPairScores(database, {
      ...{ runId: 'r', reward, positions: Uint32Array.from(positions) },
      ...{ chosen: Float32Array.from(chosen), rejected: Float32Array.from(rejected) },
    });
  const found = { query: query({ rounds: [0] }), asOf: null };

  beforeEach(async () => {
    const record = (await getRun(database, 'r'))!;
    const reward = { key: 'R', contentHash: 'c', inputs: {}, startedAt: 1, finishedAt: 2, seconds: 1 };
    await putRun(database, { ...record, stages: { ...record.stages, reward } });
  });

  it('are shown, sorted and filtered as they come in, also when the list was looked at before', async () => {
    expect((await look({ rounds: [0] })).rows.every((row) => row.scores === null)).toBe(true);
    await scores('R', [3, 9], [1, -2], [0, 2]);
    await scores('R', [5], [4], [3]);
    const rows = (await look({ rounds: [0], sort: { by: 'margin', descending: false } })).rows;
    const ids = [9, 3, 5].map((position) => originals[position]?.id);
    expect(rows.slice(0, 3).map(({ id }) => id)).toEqual(ids);
    const sigma = Math.sqrt([1, -2, 0, 2, 4, 3].reduce((sum, x) => sum + (x - 8 / 6) ** 2, 0) / 6);
    expect(rows[0]?.scores).toMatchObject({ chosen: -2, rejected: 2, all: [] });
    expect(rows[0]?.scores?.sigmas).toBeCloseTo(-4 / sigma, 6);
    expect(await idsOf({ rounds: [0], margin: { from: null, to: 0 } })).toEqual([ids[0]]);
    expect(rows[3]?.scores).toBeNull();
  });

  it('of another reward model do not count', async () => {
    await scores('old', [3], [1], [0]);
    expect((await look({ rounds: [0] })).rows.every((row) => row.scores === null)).toBe(true);
  });

  it('are still to be computed for what a query finds, training pairs first, but for those that were asked for', async () => {
    await scores('R', [3, 4], [1, NaN], [0, NaN]);
    const missing = [...(await handlers.unscoredPairs(found))];
    expect(missing.toSorted((a, b) => a - b)).toEqual(
      originals.flatMap((_, position) => (position === 3 || position === 4 ? [] : [position])),
    );
    const { train } = splitDataset(await datasetSource(database, await stored()).keys(), tinyRecipe);
    const first = train.filter((position) => position !== 3 && position !== 4).length;
    expect(missing.slice(0, first).every((position) => train.includes(position))).toBe(true);
    expect([...(await handlers.unscoredPairs({ ...found, query: query({ rounds: [1] }) }))]).toEqual([]);
  });

  it('are what blind votes on them are held against', async () => {
    await scores('R', [3], [0], [1]);
    const id = originals[3]?.id ?? '';
    await handlers.voteBlind({ runId: 'r', vote: { round: 0, id, left: 'rejected', better: 'left' } });
    const { reward, labels } = await handlers.blindReport({ runId: 'r' });
    expect([reward.votes, reward.agreed, labels.votes]).toEqual([1, 1, 0]);
  });

  it('go with the run', async () => {
    await scores('R', [3], [1], [0]);
    await deleteRun(database, 'r');
    expect(await database.count('pairScores')).toBe(0);
    await expect(scores('R', [3], [1], [0])).rejects.toThrow('There is no such run');
  });
});
