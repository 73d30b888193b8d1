/** What the Run page shows of a round's responses and scores: counted from the stages' stored results, nothing of it kept. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, it } from 'vitest';
import type { SyntheticPair } from '../../../src/protocol/preference';
import { responseFiles } from '../../../src/rounds/response-files';
import { syntheticPairFiles } from '../../../src/rounds/synthetic-pairs';
import { databaseArtifacts } from '../../../src/storage/artifact-store';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { putRun } from '../../../src/storage/run-store';
import { pairHandlers } from '../../../workers/pair-commands';
import { artifact, runRecord } from '../../support/stored-records';

let database: StudioDatabase;
let count = 0;
const round1 = { runId: 'r', round: 1 };
const handlers = () => pairHandlers(Promise.resolve(database));
const made = (key: string) => ({ key, contentHash: 'c', inputs: {}, startedAt: 1, finishedAt: 2, seconds: 1 });

beforeEach(async () => {
  database = await openStudioDatabase(`round figures ${count++}`);
  const stages = { 'round1.generate': made('g'), 'round1.score': made('s') };
  await putRun(database, { ...runRecord('r'), stages });
});

it('responses: how many ended, their lengths in whole tokens, and the first prompts', async () => {
  const response = (tokens: number, ended = true) => ({ text: `${tokens}`, ids: Array(tokens).fill(1), ended });
  const prompts = Array.from({ length: 5 }, (_, i) => ({
    ...{ id: `${i}`, text: `prompt ${i}`, ids: [1] },
    responses: [response(i), response(64, i > 0)],
  }));
  await databaseArtifacts(database).put(artifact('g', { kind: 'generate', files: responseFiles(prompts) }));
  const figures = await handlers().roundResponses(round1);
  expect([figures?.responses, figures?.ended]).toEqual([10, 9]);
  const { edges, counts } = figures!.lengths;
  // 0 to 64 are 65 lengths, which 30 bins take when each has three.
  expect([edges[0], edges[1], edges.at(-1), counts.length]).toEqual([0, 3, 66, 22]);
  expect([counts[0], counts[1], counts.at(-1)]).toEqual([3, 2, 5]);
  expect(figures?.examples.map(({ prompt }) => prompt)).toEqual(['prompt 0', 'prompt 1', 'prompt 2']);
  expect(figures?.examples[0]?.responses[1]).toEqual({ text: '64', tokens: 64, ended: false });
});

it('scores: rewards of all pairs over shared bins, margins in sigmas, and what became of the pairs', async () => {
  const candidate = (score: number) => ({ text: '', ids: [], score, ended: true });
  const pair = (chosen: number, rejected: number, dropped: SyntheticPair['dropped']): SyntheticPair => ({
    ...{ id: `${chosen} ${rejected}`, round: 1, prompt: 'p', promptIds: [], scores: [chosen, rejected], dropped },
    ...{ chosen: candidate(chosen), rejected: candidate(rejected) },
  });
  const files = syntheticPairFiles([pair(4, 0, null), pair(2, 1, null), pair(1, 1, 'tie'), pair(1, 0, 'margin')]);
  const scored = artifact('s', { kind: 'score', files, summary: { reward_std: 0.5 } });
  await databaseArtifacts(database).put(scored);
  const figures = await handlers().roundScores(round1);
  expect(figures?.uses).toEqual([
    { use: 'kept', pairs: 2 },
    { use: 'tie', pairs: 1 },
    { use: 'margin', pairs: 1 },
  ]);
  expect(figures?.rewards).toEqual({
    edges: [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4],
    chosen: [0, 0, 2, 0, 1, 0, 0, 1],
    rejected: [2, 0, 2, 0, 0, 0, 0, 0],
  });
  expect([figures?.margins?.edges[0], figures?.margins?.edges.at(-1)]).toEqual([0, 8]);
  expect(figures?.margins?.counts).toEqual([1, 0, 2, 0, 0, 0, 0, 1]);
});

it('scores that do not differ have no margins in sigmas', async () => {
  const scored = artifact('s', { kind: 'score', files: syntheticPairFiles([]), summary: { reward_std: 0 } });
  await databaseArtifacts(database).put(scored);
  expect((await handlers().roundScores(round1))?.margins).toBeNull();
});

it('are null before the stage has its result, and refused for a run that is gone', async () => {
  expect(await handlers().roundResponses(round1)).toBeNull();
  expect(await handlers().roundScores({ runId: 'r', round: 2 })).toBeNull();
  await expect(handlers().roundScores({ runId: 'gone', round: 1 })).rejects.toThrow('no such run');
});
