/** The playground's turn on the GPU: refused beside a run, one session at a time, closed before a run starts. */
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/protocol/errors';
import type { PlaygroundQuestion } from '../../../src/protocol/playground';
import { recipePresets, type Recipe } from '../../../src/protocol/recipe';
import type { Playground } from '../../../src/rounds/playground';
import { databaseArtifacts } from '../../../src/storage/artifact-store';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { putImportedAdapter, putModel } from '../../../src/storage/library';
import { readPairScores } from '../../../src/storage/pair-score-store';
import { putRun } from '../../../src/storage/run-store';
import type { RunRecord } from '../../../src/storage/records';
import { createPlayground, type PlaygroundService } from '../../../workers/playground';
import { artifact, datasetSummary, modelSummary, runRecord } from '../../support/stored-records';
import { tinyPreferences } from '../../support/tiny-preferences';

let database: StudioDatabase;
let runs: Map<string, RunRecord>;
let service: PlaygroundService;
let log: string[];
let answerer: Playground['answer'];
let scorer: Playground['score'];
/** What the last session was opened with. */
let opened: { recipe: Recipe; tiles: RunRecord['tiles'] } | null;
const busy = { here: false, elsewhere: false };
let count = 0;

const ofRun = (runId: string) => ({ kind: 'run', runId }) as const;

const question: PlaygroundQuestion = {
  askId: 'q',
  source: ofRun('a'),
  models: ['base', 'sft'],
  conversations: [[{ role: 'user', content: 'x' }], [{ role: 'user', content: 'x' }]],
  sampling: { temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1, maxNewTokens: 4, seed: 1 },
};

beforeEach(async () => {
  database = await openStudioDatabase(`playground ${count++}`);
  await putModel(database, { id: 'm', name: 'm', summary: modelSummary('m'), files: [], cacheKey: null });
  const store = databaseArtifacts(database);
  await store.put(artifact('sft key'));
  const record = (id: string): RunRecord => ({
    ...runRecord(id, { modelId: 'm', status: 'finished' }),
    stages: {
      sft: { key: 'sft key', contentHash: 'h', inputs: {}, startedAt: 1, finishedAt: 2, seconds: 1 },
    },
  });
  runs = new Map(['a', 'b'].map((id) => [id, record(id)]));
  log = [];
  opened = null;
  Object.assign(busy, { here: false, elsewhere: false });
  answerer = ({ parameters, onPart }) => {
    onPart('so far', 1);
    const text = parameters ? 'tuned' : 'base';
    return Promise.resolve({ text, tokens: 1, ended: true, stopped: false, cut: false, reward: null, seconds: 1 });
  };
  service = createPlayground({
    database,
    devices: { get: () => Promise.resolve(Object({ backend: {}, lost: new Promise(() => {}) })) },
    store,
    hub: { broadcast: (event, payload) => void log.push(`${event} ${JSON.stringify(payload)}`) },
    runs,
    runOf: (id) => runs.get(id)!,
    isBusy: () => busy.here,
    isTrainingElsewhere: () => Promise.resolve(busy.elsewhere),
    open: (_, recipe, { tiles }) => {
      log.push('open');
      opened = { recipe, tiles };
      return Promise.resolve({
        answer: (request) => answerer(request),
        weigh: ({ parameters, against, pair }) => {
          log.push(`weigh ${pair.chosenIds.join()} by ${parameters ? 'tuned' : 'base'}, ${against ? 'tuned' : 'base'}`);
          return Promise.resolve({ chosen: [0.5], rejected: [-0.5] });
        },
        score: (request) => scorer(request),
        dispose: () => void log.push('dispose'),
      });
    },
  });
});

const ask = (changes: Partial<PlaygroundQuestion> = {}) => service.handlers.askPlayground({ ...question, ...changes });

it('answers by the models that were asked, and tells parts with the question’s name', async () => {
  expect((await ask()).map(({ text }) => text)).toEqual(['base', 'tuned']);
  expect(log).toEqual([
    'open',
    'playground {"askId":"q","index":0,"text":"so far","tokens":1,"finished":null}',
    expect.stringMatching(/"index":0,"text":"base","tokens":1,"finished":{"text":"base".*"seconds":1/),
    'playground {"askId":"q","index":1,"text":"so far","tokens":1,"finished":null}',
    expect.stringMatching(/"index":1,"text":"tuned","tokens":1,"finished":{"text":"tuned"/),
  ]);
});

it('keeps the model of a run open for the next question, and closes it for another run’s', async () => {
  await ask();
  await ask();
  await ask({ source: ofRun('b') });
  expect(log.filter((line) => !line.startsWith('playground'))).toEqual(['open', 'dispose', 'open']);
});

it('refuses while a run is going on, and a model that is not there', async () => {
  await expect(ask({ models: ['dpo_round1'] })).rejects.toThrow('has no dpo_round1 yet');
  busy.here = true;
  runs.get('b')!.state.status = 'running';
  await expect(ask()).rejects.toThrow('The run “run b” is using the GPU');
  Object.assign(busy, { here: false, elsewhere: true });
  await expect(ask()).rejects.toThrow('is using the GPU');
  expect(log).not.toContain('dispose');
});

it('is stopped and closed before a run starts', async () => {
  await ask();
  let begun = (): void => {};
  const answering = new Promise<void>((resolve) => (begun = resolve));
  answerer = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new CancelledError('stopped')));
      begun();
    });
  const refused = expect(ask()).rejects.toThrow('stopped');
  await answering;
  await expect(ask()).rejects.toThrow('Another question');
  await service.close();
  await refused;
  expect(log.at(-1)).toBe('dispose');
});

it('hears a stop that comes at once', async () => {
  let stopped = false;
  const whole = answerer;
  answerer = (request) => {
    stopped = request.signal.aborted;
    return whole(request);
  };
  const answered = ask();
  await service.handlers.stopPlayground(null);
  await answered;
  expect(stopped).toBe(true);
});

it('answers by a model of another run on the same base, without loading the base again', async () => {
  const [conversation] = question.conversations;
  const answers = await ask({ models: ['base', 'run:b:sft'], conversations: [conversation ?? [], conversation ?? []] });
  expect(answers.map(({ text }) => text)).toEqual(['base', 'tuned']);
  expect(log.filter((line) => line === 'open')).toHaveLength(1);
  const alone = { models: ['run:b:sft'], conversations: [conversation ?? []] };
  const { recipe } = runs.get('b')!.state;
  runs.get('b')!.state.recipe = { ...recipe, promptFormat: recipe.promptFormat === 'hh' ? 'chat' : 'hh' };
  await expect(ask(alone)).rejects.toThrow('different base models or prompt formats');
  runs.get('b')!.state.recipe = recipe;
  runs.get('b')!.state.modelId = 'another';
  await expect(ask(alone)).rejects.toThrow('different base models or prompt formats');
});

async function importMine(): Promise<void> {
  const summary = { id: 'mine', name: 'mine', rank: 2, alpha: 4, targets: ['q_proj'] };
  const blob = new Blob([new Uint8Array([1, 2, 3])]);
  const files = [{ path: 'adapter_config.json', blob }];
  await putImportedAdapter(database, { id: 'mine', name: 'mine', summary, files });
}

it('answers by an imported adapter, and says when it is gone', async () => {
  await importMine();
  let given: unknown;
  answerer = ({ parameters }) => {
    given = parameters;
    return Promise.resolve({
      text: 'mine',
      tokens: 1,
      ended: true,
      stopped: false,
      cut: false,
      reward: null,
      seconds: 1,
    });
  };
  const [conversation] = question.conversations;
  const alone = (id: string) => ({ models: [`adapter:${id}`], conversations: [conversation ?? []] });
  expect((await ask(alone('mine'))).map(({ text }) => text)).toEqual(['mine']);
  expect(given).toEqual({ 'adapter_config.json': new Uint8Array([1, 2, 3]) });
  await expect(ask(alone('gone'))).rejects.toThrow(/not|no longer/);
});

describe('a model of the library', () => {
  const source = { kind: 'model', modelId: 'm' } as const;
  const [conversation = []] = question.conversations;

  it('is asked without a run, beside an adapter that was imported for it, and has no reward', async () => {
    await importMine();
    runs.clear();
    const given: unknown[] = [];
    const whole = answerer;
    answerer = (request) => {
      given.push([request.parameters !== null, request.reward]);
      return whole(request);
    };
    const answers = await ask({ source, models: ['base', 'adapter:mine'] });
    expect(answers.map(({ text }) => text)).toEqual(['base', 'tuned']);
    expect(given).toEqual([
      [false, null],
      [true, null],
    ]);
    const { name, memoryBudgetGb } = recipePresets.studio;
    expect(opened).toMatchObject({ tiles: null, recipe: { name, memoryBudgetGb, promptFormat: 'hh', maxLength: 1 } });
  });

  it('has prompts in its own chat template where it has one', async () => {
    const summary = { ...modelSummary('m'), hasChatTemplate: true };
    await putModel(database, { id: 'm', name: 'm', summary, files: [], cacheKey: null });
    await ask({ source, models: ['base'], conversations: [conversation] });
    expect(opened?.recipe.promptFormat).toBe('chat');
  });

  it('has a session of its own: a run on the same base, or with the same id, is another', async () => {
    const alone = { models: ['base'], conversations: [conversation] };
    runs.set('m', { ...runs.get('a')!, state: { ...runs.get('a')!.state, id: 'm' } });
    for (const one of [source, source, ofRun('m'), ofRun('a'), source]) await ask({ ...alone, source: one });
    const sessions = log.filter((line) => !line.startsWith('playground'));
    expect(sessions).toEqual(['open', 'dispose', 'open', 'dispose', 'open', 'dispose', 'open']);
  });

  it('has no models of runs, and is refused beside a run and when it is gone', async () => {
    const alone = (model: string) => ask({ source, models: [model], conversations: [conversation] });
    await expect(alone('sft')).rejects.toThrow('There is no model “sft”');
    await expect(alone('run:a:sft')).rejects.toThrow('There is no model “run:a:sft”');
    busy.elsewhere = true;
    await expect(alone('base')).rejects.toThrow('is using the GPU');
    busy.elsewhere = false;
    const gone = { kind: 'model', modelId: 'gone' } as const;
    await expect(ask({ source: gone })).rejects.toThrow('no longer stored');
  });
});

it('weighs a pair by two models of the run, and not beside a run', async () => {
  const pair = { promptIds: [1], chosenIds: [2, 3], rejectedIds: [4] };
  const weigh = () => service.handlers.pairLogRatios({ runId: 'a', model: 'sft', against: 'base', ...pair });
  expect(await weigh()).toEqual({ chosen: [0.5], rejected: [-0.5] });
  expect(log).toEqual(['open', 'weigh 2,3 by tuned, base']);
  busy.elsewhere = true;
  await expect(weigh()).rejects.toThrow('is using the GPU');
});

describe('scoring original pairs', () => {
  const pairs = 300;
  const made = (key: string) => ({ key, contentHash: 'h', inputs: {}, startedAt: 1, finishedAt: 2, seconds: 1 });
  const scoreAll = (positions = Array.from({ length: pairs }, (_, i) => i)) =>
    service.handlers.scorePairs({ runId: 'a', positions: Uint32Array.from(positions) });
  const stored = async (key = 'reward key') =>
    (await readPairScores(database, 'a', key)).flatMap(({ positions, chosen }) =>
      Array.from(positions, (position, i) => [position, chosen[i]]),
    );

  beforeEach(async () => {
    const originals = await tinyPreferences(pairs);
    const summary = { ...datasetSummary('d'), pairs };
    await database.put('datasets', { id: 'd', name: 'd', summary, chunks: null, pairs: originals });
    await databaseArtifacts(database).put(artifact('reward key'));
    runs.get('a')!.stages['reward'] = made('reward key');
    await putRun(database, runs.get('a')!);
    scorer = ({ pairs: asked }) => {
      const chosen = Float32Array.from(asked, ({ id }) => originals.findIndex((one) => one.id === id));
      return Promise.resolve({ chosen, rejected: new Float32Array(asked.length) });
    };
  });

  it('keeps every part, tells how far it is, and asks for no pair twice', async () => {
    expect(await scoreAll([7, 2])).toBe(2);
    expect(await stored()).toEqual([
      [7, 7],
      [2, 2],
    ]);
    log = [];
    expect(await scoreAll()).toBe(298);
    expect((await stored()).toSorted(([a = 0], [b = 0]) => a - b)).toEqual(
      Array.from({ length: pairs }, (_, i) => [i, i]),
    );
    const told = log.filter((line) => line.startsWith('pairScoring')).map((line) => line.split(' ')[1]);
    const at = (done: number, ended = false) => JSON.stringify({ runId: 'a', done, total: 298, ended });
    expect(told).toEqual([at(0), at(128), at(256), at(298), at(298, true)]);
  });

  it('keeps what was done when it is stopped, and goes on from there', async () => {
    const whole = scorer;
    let asked = 0;
    scorer = (request) => {
      if (++asked === 1) return whole(request);
      void service.handlers.stopPlayground(null);
      return Promise.reject(new CancelledError('stopped'));
    };
    expect(await scoreAll()).toBe(128);
    scorer = whole;
    expect(await scoreAll()).toBe(172);
  });

  it('is refused without a reward model, beside a run, and for pairs that are not there', async () => {
    await expect(scoreAll([300])).rejects.toThrow('no such pair');
    busy.elsewhere = true;
    await expect(scoreAll()).rejects.toThrow('is using the GPU');
    busy.elsewhere = false;
    delete runs.get('a')!.stages['reward'];
    await expect(scoreAll()).rejects.toThrow('has no reward model yet');
    expect(await stored()).toEqual([]);
  });

  it('forgets the rewards of a reward model that was made again', async () => {
    await scoreAll([1]);
    await databaseArtifacts(database).put(artifact('new key'));
    runs.get('a')!.stages['reward'] = made('new key');
    expect(await scoreAll([2])).toBe(1);
    expect(await stored()).toEqual([]);
    expect(await stored('new key')).toEqual([[2, 2]]);
  });
});
