/** The tokens that the page shows of a decided pair: the very ids that the next training gets, by the pair's own sides. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, it } from 'vitest';
import { pairHandlers } from '../../../workers/pair-commands';
import { datasetSource } from '../../../workers/run-sources';
import { standingReviews } from '../../../src/data/review/review-state';
import { noVerdict, playgroundRound, type PairKey, type PairVerdict } from '../../../src/protocol/pair-review';
import type { EncodedPair, SyntheticPair } from '../../../src/protocol/preference';
import { prepareData } from '../../../src/rounds/run-data';
import { syntheticPairFiles } from '../../../src/rounds/synthetic-pairs';
import { trainingPairs } from '../../../src/rounds/training-pairs';
import { databaseArtifacts } from '../../../src/storage/artifact-store';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { putModel } from '../../../src/storage/library';
import { readReviews } from '../../../src/storage/pair-review-store';
import { putRun } from '../../../src/storage/run-store';
import { artifact, datasetSummary, modelSummary, runRecord, stageState } from '../../support/stored-records';
import { tinyPreferences } from '../../support/tiny-preferences';
import { goldenFiles, tinyRecipe } from '../../support/tiny-run';
import { openTokenizer } from '../data/golden-tokenizers';

const tokenizer = openTokenizer('test/fixtures/golden/llama-tiny');
const endTokenId = 2;
const originals = await tinyPreferences(60);
const modelFiles = (await goldenFiles('llama-tiny')).map(({ path, file }) => ({ path, blob: file }));
const candidate = (text: string, ended: boolean) => ({ text, ids: tokenizer.encode(text, false), score: 1, ended });
const synthetic: SyntheticPair = {
  ...{ id: 's', round: 1, prompt: 'p', promptIds: [5, 6], scores: [1, 1], dropped: null },
  ...{ chosen: candidate(' yes, gladly', true), rejected: candidate(' no', false) },
};
const stage = { id: 'round1.train', kind: 'train', round: 1 } as const;
const made = artifact('k', { kind: 'score', files: syntheticPairFiles([synthetic]) });

let database: StudioDatabase;
let handlers: ReturnType<typeof pairHandlers>;
let count = 0;

beforeEach(async () => {
  database = await openStudioDatabase(`pair tokens ${count++}`);
  const summary = { ...datasetSummary('d'), pairs: originals.length };
  await database.put('datasets', { id: 'd', name: 'd', summary, chunks: null, pairs: [...originals] });
  await putModel(database, { id: 'm', name: 'm', summary: modelSummary('m'), files: modelFiles, cacheKey: null });
  await databaseArtifacts(database).put(made);
  const stages = [stageState('round1.score', { kind: 'score', round: 1, status: 'done' })];
  const stored = { key: 'k', contentHash: 'c', inputs: {}, startedAt: 1, finishedAt: 2, seconds: 1 };
  const record = runRecord('r', { recipe: tinyRecipe, stages });
  await putRun(database, { ...record, stages: { 'round1.score': stored } });
  handlers = pairHandlers(Promise.resolve(database));
});

const decide = (pair: PairKey, verdict: Partial<PairVerdict>) =>
  handlers.reviewPair({ runId: 'r', pair, verdict: { ...noVerdict, ...verdict } });

async function shown(pair: PairKey) {
  const { prompt, chosen, rejected } = await handlers.pairTokens({ runId: 'r', pair });
  expect(chosen.texts.length).toBe(chosen.ids.length);
  return { promptIds: prompt.ids, chosenIds: chosen.ids, rejectedIds: rejected.ids };
}

/** What DPO gets, from storage on. */
async function trained({ id }: PairKey): Promise<EncodedPair | undefined> {
  const dataset = datasetSource(database, (await database.get('datasets', 'd'))!);
  const data = await prepareData(dataset, tinyRecipe, tokenizer, endTokenId);
  const context = { recipe: tinyRecipe, tokenizer, endTokenId, data };
  const reviews = standingReviews(await readReviews(database, 'r'));
  const pairs = await trainingPairs(context, dataset, stage, () => Promise.resolve(made), reviews);
  return [...pairs.original, ...pairs.synthetic, ...pairs.voted].find((pair) => pair.id === id);
}

/** One pair of the dataset in training, the synthetic one, and one voted in the playground. */
async function pairsOfAllKinds(): Promise<PairKey[]> {
  const prompt = [{ role: 'user' as const, content: 'Where is the mill?' }];
  const [left, right] = [
    { model: 'sft', text: ' By the river.' },
    { model: 'base', text: ' No idea.' },
  ];
  await handlers.votePlayground({ runId: 'r', vote: { prompt, left, right, better: 'left' } });
  const anything = { from: null, to: null };
  const sort = { by: 'order', descending: false } as const;
  const query = { runId: 'r', uses: [], reviews: [], margin: anything, length: anything, text: '', sort };
  const window = await handlers.pairWindow({
    ...{ query: { ...query, rounds: [] }, asOf: null, offset: 0, limit: 100, clip: null },
  });
  const original = window.rows.find(({ use }) => use === 'training');
  const voted = window.rows.find(({ round }) => round === playgroundRound);
  return [original, synthetic, voted].map((pair) => ({ round: pair!.round, id: pair!.id }));
}

it('are those of its own texts as long as these stand', async () => {
  for (const pair of await pairsOfAllKinds()) expect(await trained(pair)).toMatchObject(await shown(pair));
});

it('are those of the edited texts, for pairs of the dataset, of rounds and of the playground', async () => {
  const edited = { chosen: ' of course', rejected: ' never' };
  for (const pair of await pairsOfAllKinds()) {
    const before = await shown(pair);
    await decide(pair, { decision: 'keep', edited });
    const tokens = await shown(pair);
    expect(tokens.chosenIds).toEqual([...tokenizer.encode(' of course', false), endTokenId]);
    expect(tokens.rejectedIds).not.toEqual(before.rejectedIds);
    expect(await trained(pair)).toMatchObject(tokens);
    await handlers.undoReview({ runId: 'r' });
    expect(await shown(pair)).toEqual(before);
  }
});

it('of a side of a sampled pair that was not touched are the sampled ones, without an end token where it had none', async () => {
  await decide(synthetic, { edited: { chosen: ' of course', rejected: synthetic.rejected.text } });
  expect((await shown(synthetic)).rejectedIds).toEqual(synthetic.rejected.ids);
  expect(await trained(synthetic)).toMatchObject(await shown(synthetic));
});

it('of a flipped pair stay with their texts, while training has them turned round', async () => {
  await decide(synthetic, { decision: 'flip', edited: { chosen: ' of course', rejected: ' never' } });
  const { promptIds, chosenIds, rejectedIds } = await shown(synthetic);
  expect(await trained(synthetic)).toMatchObject({ promptIds, chosenIds: rejectedIds, rejectedIds: chosenIds });
});

it('are not shown of an edit that training leaves out, with the reason', async () => {
  await decide(synthetic, { decision: 'keep', edited: { chosen: ' yes'.repeat(200), rejected: ' no' } });
  await expect(handlers.pairTokens({ runId: 'r', pair: synthetic })).rejects.toThrow('too-long');
});
