/** Runs that stop and wait for the person: the training service over real storage, the real stage runner and reviewer, stages that compute nothing. */
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryDataset } from '../../../src/data/dataset-source';
import type { RunHold, ReviewWait } from '../../../src/protocol/holds';
import { noVerdict, type PairVerdict } from '../../../src/protocol/pair-review';
import type { SyntheticPair } from '../../../src/protocol/preference';
import type { RunState } from '../../../src/protocol/run-state';
import { artifactKey } from '../../../src/rounds/artifact-key';
import { prepareData } from '../../../src/rounds/run-data';
import type { RunContext } from '../../../src/rounds/run-context';
import { createReviewer } from '../../../src/rounds/stage-reviews';
import { runStages, type StagePlan } from '../../../src/rounds/stage-runner';
import { inputStages, stageId, stagesOf } from '../../../src/rounds/stages';
import { syntheticPairFiles } from '../../../src/rounds/synthetic-pairs';
import type { TrainingPairs } from '../../../src/rounds/training-pairs';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { putModel } from '../../../src/storage/library';
import { listRuns } from '../../../src/storage/run-store';
import { pairHandlers } from '../../../workers/pair-commands';
import type { TrainingServiceParts } from '../../../workers/training-service';
import { createTrainingService } from '../../../workers/training-service';
import { datasetSummary, modelSummary } from '../../support/stored-records';
import { tinyPreferences } from '../../support/tiny-preferences';
import { tinyRecipe } from '../../support/tiny-run';
import { attachPage, fakeBackend } from '../../support/training-page';
import { openTokenizer } from '../data/golden-tokenizers';

const tokenizer = openTokenizer('test/fixtures/golden/llama-tiny');
const endTokenId = 2;
const originals = await tinyPreferences(120);
const dataset = memoryDataset('d', originals);
const data = await prepareData(dataset, tinyRecipe, tokenizer, endTokenId);
/** What the reviewer reads of it. */
const context: RunContext = Object({ recipe: tinyRecipe, tokenizer, endTokenId, data });
const never = new Promise<never>(() => {});
const dpoWait: ReviewWait = { sft: false, dpo: true };
const ids = stagesOf(tinyRecipe).map(({ id }) => id);
const before = (id: string) => ids.slice(0, ids.indexOf(id));

const candidate = (text: string) => ({ text, ids: tokenizer.encode(text, false), score: 1, ended: true });
const pairOf = (round: number, id: string): SyntheticPair => ({
  ...{ id: `${round}${id}`, round, prompt: 'p', promptIds: [5], scores: [1, 1], dropped: null },
  chosen: candidate(' yes'),
  rejected: candidate(' no'),
});

let database: StudioDatabase;
let count = 0;
/** Stages in the order in which they were computed, and what each was trained on. */
let ran: string[];
let trained: Map<string, TrainingPairs>;
/** Awaited in every stage. */
let during: (stageId: string) => Promise<void>;
let pages: ReturnType<typeof attachPage>[];
let locks: number;

const run: TrainingServiceParts['run'] = ({ recipe, store, hooks, reviews }) => {
  const sources = { dataset, store, importedAdapter: null, ...(reviews && { reviews }) };
  const reviewer = createReviewer(context, sources);
  const plan: StagePlan = {
    stages: stagesOf(recipe),
    inputStages: (stage, omitted) => inputStages(stage, recipe, omitted),
    sources: (stage, stages, load) => reviewer.withReviews(stage, { model: 'm', dataset: 'd', ...stages }, load),
    keyOf: (stage, inputs) => artifactKey(stage, recipe, inputs),
    checkpointEvery: 10,
    check: () => Promise.resolve(),
    causeOf: (failure) => Promise.resolve(failure),
    run: async (stage, _inputs, load, controls) => {
      ran.push(stage.id);
      await during(stage.id);
      await controls.gate();
      if (stage.kind === 'train') trained.set(stage.id, await reviewer.pairs(stage, load));
      const { round } = stage;
      const made = stage.kind === 'score' ? syntheticPairFiles([pairOf(round, 'a'), pairOf(round, 'b')]) : {};
      return { files: { ...made, [stage.id]: new TextEncoder().encode(stage.id) }, summary: { kept: 2 } };
    },
  };
  return runStages(plan, store, hooks);
};

/** A page of a worker that finds what the one before has stored. */
async function openPage() {
  const takeLock = () => {
    locks++;
    return Promise.resolve(() => void locks--);
  };
  const service = await createTrainingService({
    ...{ database, workerKind: 'shared', takeLock, run },
    devices: { get: () => Promise.resolve({ backend: fakeBackend, lost: never }) },
    isTrainingElsewhere: () => Promise.resolve(false),
  });
  const page = attachPage(service);
  pages.push(page);
  return { ...page, service };
}
type Page = Awaited<ReturnType<typeof openPage>>;

async function openDatabase(): Promise<void> {
  database = await openStudioDatabase(`run holds ${count++}`);
  await putModel(database, { id: 'm', name: 'm', summary: modelSummary('m'), files: [], cacheKey: null });
  const summary = datasetSummary('d', { pairs: originals.length });
  await database.put('datasets', { id: 'd', name: 'd', summary, chunks: null, pairs: [...originals] });
}

beforeEach(async () => {
  await openDatabase();
  ran = [];
  trained = new Map();
  during = () => Promise.resolve();
  pages = [];
  locks = 0;
});

afterEach(() => {
  for (const { close } of pages) close();
});

async function start(page: Page, review?: ReviewWait): Promise<string> {
  const argument = { name: 'r', modelId: 'm', datasetId: 'd', importedAdapterId: null, recipe: tinyRecipe };
  return Object(await page.send('startRun', { ...argument, ...(review && { review }) })).runId;
}

const storedRun = async () => (await listRuns(database)).runs[0];
const until = async (status: RunState['status'], held: Partial<RunHold> | null = null) =>
  vi.waitFor(async () => {
    const state = (await storedRun())?.state;
    expect(state?.status).toBe(status);
    if (held) expect(state?.held).toMatchObject(held);
  });
const decide = (round: number, id: string, change: Partial<PairVerdict>) =>
  pairHandlers(Promise.resolve(database)).reviewPair({
    ...{ runId: String(runId), pair: { round, id }, verdict: { ...noVerdict, ...change } },
  });
let runId: string;

const shape = (message: RegExp) => ({ shape: { message: expect.stringMatching(message) } });

/** Lets a stage begin, and end when told. */
function holdStage(id: string): { begun: Promise<void>; end(): void } {
  let begin = () => {};
  let end = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const ended = new Promise<void>((resolve) => (end = resolve));
  during = async (stage) => {
    if (stage !== id) return;
    begin();
    await ended;
  };
  return { begun, end };
}

describe('a run that waits for a review', () => {
  it('stops after scoring: nothing of DPO has begun, the GPU and the lock are free, and every page is told', async () => {
    const page = await openPage();
    const other = attachPage(page.service);
    pages.push(other);
    runId = await start(page, dpoWait);
    await until('held', { why: 'review', before: 'round1.train' });
    expect(ran).toEqual(before('round1.train'));
    const record = await storedRun();
    expect(Object.keys(record?.stages ?? {}).toSorted()).toEqual(before('round1.train').toSorted());
    expect(record?.state.stages.find(({ id }) => id === 'round1.train')).toMatchObject({ status: 'pending', done: 0 });
    expect(await database.getAll('checkpoints')).toEqual([]);
    expect(locks).toBe(0);
    await vi.waitFor(() =>
      expect(other.heard.map(({ event, payload }) => [event, Object(payload).status])).toContainEqual(['run', 'held']),
    );
    await vi.waitFor(() => expect(other.heard.map(({ event }) => event)).toContain('notice'));
    // The fake model has no files to load; what matters is that no run is in the way.
    const source = { kind: 'run', runId } as const;
    const question = { askId: 'q', source, models: ['base'], conversations: [[]], sampling: Object({}) };
    await expect(page.send('askPlayground', question)).rejects.not.toMatchObject(shape(/using the GPU/));
  });

  it('trains on what was decided while it waited, and waits again before the next round', async () => {
    const page = await openPage();
    runId = await start(page, dpoWait);
    await until('held', { before: 'round1.train' });
    await decide(1, '1a', { decision: 'flip' });
    await decide(1, '1b', { decision: 'drop' });
    await page.send('goOn', { runId });
    await until('held', { before: 'round2.train' });
    const [yes, no] = [' yes', ' no'].map((text) => [...tokenizer.encode(text, false), endTokenId]);
    expect(trained.get('round1.train')?.synthetic).toEqual([
      { id: '1a', promptIds: [5], chosenIds: no, rejectedIds: yes },
    ]);
    await page.send('goOn', { runId });
    await until('finished');
    expect(ran).toEqual(ids);
    expect((await storedRun())?.state.held).toBeNull();
  });

  it('has the same keys and results as one that does not wait', async () => {
    const results = async () => {
      const stages = Object.entries((await storedRun())?.stages ?? {});
      return new Map(stages.map(([id, { key, contentHash, inputs }]) => [id, { key, contentHash, inputs }]));
    };
    await start(await openPage());
    await until('finished');
    const straight = await results();
    await openDatabase();
    const page = await openPage();
    runId = await start(page, { sft: true, dpo: true });
    for (const stage of ['sft', 'round1.train', 'round2.train']) {
      await until('held', { before: stage });
      await page.send('goOn', { runId });
    }
    await until('finished');
    expect(await results()).toEqual(straight);
    expect(straight.size).toBe(ids.length);
  });

  it('can wait before SFT, for the original pairs', async () => {
    const page = await openPage();
    runId = await start(page, { sft: true, dpo: false });
    await until('held', { why: 'review', before: 'sft' });
    expect(ran).toEqual([]);
    const dropped = data.trainPairs[0]?.id ?? '';
    await decide(0, dropped, { decision: 'drop' });
    await page.send('goOn', { runId });
    await until('finished');
    expect((await storedRun())?.stages['sft']?.inputs).toHaveProperty('reviews');
    expect(trained.get('round1.train')?.original.map(({ id }) => id)).not.toContain(dropped);
  });

  it('begins and ceases to wait while it works', async () => {
    const page = await openPage();
    const generate = holdStage('round1.generate');
    runId = await start(page);
    await generate.begun;
    await page.send('waitForReview', { runId, before: 'dpo', wait: true });
    generate.end();
    await until('held', { before: 'round1.train' });
    await page.send('waitForReview', { runId, before: 'dpo', wait: false });
    // It was told not to wait again, not yet to go on.
    expect((await storedRun())?.state).toMatchObject({ status: 'held', holds: { review: { dpo: false } } });
    await page.send('goOn', { runId });
    await until('finished');
  });
});

describe('a run that is held', () => {
  it('stays so in the next worker until it is told to go on; waiting is no work', async () => {
    runId = await start(await openPage(), dpoWait);
    await until('held');
    const seconds = (await storedRun())?.state.stages.map((stage) => stage.seconds);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const page = await openPage();
    expect(page.heard.length === 0 || page.heard[0]?.payload?.runs[0]?.status === 'held').toBe(true);
    expect((await storedRun())?.state).toMatchObject({ status: 'held', held: { before: 'round1.train' } });
    await expect(page.send('continueRun', { runId })).rejects.toMatchObject(shape(/waits for you/));
    expect((await storedRun())?.state.stages.map((stage) => stage.seconds)).toEqual(seconds);
    expect(ran).toEqual(before('round1.train'));
    await page.send('goOn', { runId });
    await until('held', { before: 'round2.train' });
    expect(ran).toEqual(before('round2.train'));
    await expect(page.send('goOn', { runId: 'other' })).rejects.toMatchObject(shape(/no such run/));
  });

  it('goes on at once when told so before it is written', async () => {
    const page = await openPage();
    const put = database.put.bind(database);
    let write = () => {};
    const told = new Promise<void>((resolve) => (write = resolve));
    vi.spyOn(database, 'put').mockImplementation(async (...row: Parameters<typeof put>) => {
      if (Object(row[1]).state?.status === 'held') await told;
      return put(...row);
    });
    runId = await start(page, dpoWait);
    await vi.waitFor(() => expect(page.heard.map(({ payload }) => Object(payload).status)).toContain('held'));
    const going = page.send('goOn', { runId });
    await new Promise((resolve) => setTimeout(resolve, 20));
    write();
    await going;
    await until('held', { before: 'round2.train' });
  });

  it('is reached by a run that a crash interrupted before, and not again once its stage has begun', async () => {
    const score = holdStage('round1.score');
    runId = await start(await openPage(), dpoWait);
    await score.begun;
    const second = await openPage();
    await until('interrupted');
    during = () => Promise.resolve();
    await second.send('continueRun', { runId });
    await until('held', { before: 'round1.train' });
    const train = holdStage('round1.train');
    await second.send('goOn', { runId });
    await train.begun;
    const third = await openPage();
    await until('interrupted');
    during = () => Promise.resolve();
    await third.send('continueRun', { runId });
    await until('held', { before: 'round2.train' });
  });

  it('can be cancelled, and then waits again where it was', async () => {
    const page = await openPage();
    runId = await start(page, dpoWait);
    await until('held');
    await page.send('cancelRun', { runId });
    expect((await storedRun())?.state).toMatchObject({ status: 'cancelled', held: null });
    await expect(page.send('goOn', { runId })).rejects.toMatchObject(shape(/not waiting/));
    await page.send('continueRun', { runId });
    await until('held', { before: 'round1.train' });
  });

  it('goes on waiting when another run has the GPU', async () => {
    const page = await openPage();
    runId = await start(page, dpoWait);
    await until('held');
    const sft = holdStage('sft');
    await database.clear('artifacts');
    const second = await start(page);
    await sft.begun;
    await expect(page.send('goOn', { runId })).rejects.toMatchObject(shape(/one at a time/));
    const [first] = (await listRuns(database)).runs;
    expect(first).toMatchObject({ state: { id: runId, status: 'held' }, passed: before('round1.train') });
    sft.end();
    await page.send('cancelRun', { runId: second }).catch(() => {});
  });

  it('waits for the pairs of a round that is scored again, not before a stage that is asked for itself', async () => {
    const page = await openPage();
    runId = await start(page, dpoWait);
    for (const stage of ['round1.train', 'round2.train']) {
      await until('held', { before: stage });
      await page.send('goOn', { runId });
    }
    await until('finished');
    await page.send('redoStage', { runId, stageId: 'round2.train' });
    await until('finished');
    await page.send('redoStage', { runId, stageId: 'round2.score' });
    await until('held', { before: 'round2.train' });
    await page.send('redoStage', { runId, stageId: 'sft' });
    await until('held', { before: 'round1.train' });
  });
});

describe('a stage after which the run stops', () => {
  it('ends the run there, once, with the reason, and the run goes on when told', async () => {
    const page = await openPage();
    const sft = holdStage('sft');
    runId = await start(page);
    await sft.begun;
    await page.send('stopAfter', { runId, stageId: 'round1.evaluate', stop: true });
    sft.end();
    await until('held', { why: 'stop', after: 'round1.evaluate', before: 'round2.generate' });
    expect(ran).toEqual(before('round2.generate'));
    expect((await storedRun())?.state.holds.stopAfter).toEqual([]);
    await page.send('goOn', { runId });
    await until('finished');
    expect(ran).toEqual(ids);
  });

  it('is taken back, and is the last one when it is passed over', async () => {
    const page = await openPage();
    const sft = holdStage('sft');
    runId = await start(page);
    await sft.begun;
    for (const stageId of ['sft', 'round1.evaluate']) await page.send('stopAfter', { runId, stageId, stop: true });
    await page.send('stopAfter', { runId, stageId: 'sft', stop: false });
    await page.send('omitStage', { runId, stageId: 'round1.evaluate' });
    sft.end();
    await until('held', { after: 'round1.evaluate', before: 'round2.generate' });
    expect(ran).toEqual(before('round2.generate').filter((id) => id !== 'round1.evaluate'));
  });

  it('cannot be one that has finished, that is left out, or that is the last', async () => {
    const page = await openPage();
    const reward = holdStage('reward');
    runId = await start(page);
    await reward.begun;
    const stop = (stage: string) => page.send('stopAfter', { runId, stageId: stage, stop: true });
    await expect(stop('sft')).rejects.toMatchObject(shape(/finished already/));
    await expect(stop(stageId('evaluate', 2))).rejects.toMatchObject(shape(/the run ends with it/));
    await expect(stop('round9.train')).rejects.toMatchObject(shape(/no stage round9/));
    await page.send('omitStage', { runId, stageId: stageId('evaluate', 2) });
    await expect(stop(stageId('train', 2))).rejects.toMatchObject(shape(/the run ends with it/));
    await expect(stop(stageId('evaluate', 2))).rejects.toMatchObject(shape(/left out/));
    reward.end();
    await until('finished');
  });

  it('counts where a review would have held the run too, which is then held once', async () => {
    const page = await openPage();
    const sft = holdStage('sft');
    runId = await start(page, dpoWait);
    await sft.begun;
    await page.send('stopAfter', { runId, stageId: 'round1.score', stop: true });
    sft.end();
    await until('held', { why: 'review', before: 'round1.train' });
    await page.send('goOn', { runId });
    await until('held', { before: 'round2.train' });
  });
});
