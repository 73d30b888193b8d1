/** The training worker without its engine: real storage (in memory), real ports, a pipeline that does as the test says. */
import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createLedger } from '../../../src/gpu/ledger';
import { DeviceError, TrainingError } from '../../../src/protocol/errors';
import { recipePresets, type Recipe } from '../../../src/protocol/recipe';
import type { RunCost } from '../../../src/protocol/run-cost';
import type { MemoryPlan } from '../../../src/protocol/memory-plan';
import type { RunState } from '../../../src/protocol/run-state';
import type { TrainingCommands } from '../../../src/protocol/studio';
import type { PipelineHooks } from '../../../src/rounds/stage-runner';
import { atStage } from '../../../src/rounds/stage-error';
import { pendingStage, stagesOf, type StageSpec } from '../../../src/rounds/stages';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { getModel, putModel } from '../../../src/storage/library';
import { listRuns, putRun } from '../../../src/storage/run-store';
import { createTrainingService, type TrainingServiceParts } from '../../../workers/training-service';
import { artifact, datasetSummary, modelSummary, runRecord, stageState } from '../../support/stored-records';
import { tinyPreferences } from '../../support/tiny-preferences';
import { attachPage, fakeBackend as backend, fakeSummary as summary } from '../../support/training-page';

const never = new Promise<never>(() => {});
const sft: StageSpec = { id: 'sft', kind: 'sft', round: 0 };

type Work = (hooks: PipelineHooks) => Promise<void>;

let database: StudioDatabase;
let count = 0;

beforeEach(async () => {
  database = await openStudioDatabase(`service ${count++}`);
  await putModel(database, { id: 'm', name: 'm', summary: modelSummary('m'), files: [], cacheKey: null });
  await database.put('datasets', { id: 'd', name: 'd', summary: datasetSummary('d'), chunks: null, pairs: [] });
});

function service(work: Work, changes: Partial<TrainingServiceParts> = {}) {
  return createTrainingService({
    database,
    devices: { get: () => Promise.resolve({ backend, lost: never }) },
    workerKind: 'shared',
    takeLock: () => Promise.resolve(() => {}),
    isTrainingElsewhere: () => Promise.resolve(false),
    run: ({ hooks }) => work(hooks).then(() => null),
    ...changes,
  });
}

const start: TrainingCommands['startRun'][0] = {
  name: 'r',
  modelId: 'm',
  datasetId: 'd',
  importedAdapterId: null,
  recipe: { ...recipePresets.smoke, rounds: 0 },
};

const storedRun = async (): Promise<RunState | undefined> => (await listRuns(database)).runs[0]?.state;
const untilStatus = (status: RunState['status']) =>
  vi.waitFor(async () => expect((await storedRun())?.status).toBe(status));

/** One step of SFT, reported as the stage runner does. */
function step(hooks: PipelineHooks, number: number): void {
  const { history: _, ...stage } = pendingStage(sft);
  const point = { step: number, values: { loss: 1 / number } };
  hooks.onStage({ ...stage, status: 'running', done: number, total: 9 }, [point]);
}

describe('a page that attaches', () => {
  it('gets the whole state first, with the curve so far, then events', async () => {
    let go = () => {};
    const running = await service(async (hooks) => {
      await hooks.onStageStart(sft, 0);
      step(hooks, 1);
      await new Promise<void>((resolve) => (go = resolve));
      step(hooks, 2);
    });
    const early = attachPage(running);
    await early.send('startRun', start);
    await vi.waitFor(() => expect(early.heard.some(({ event }) => event === 'progress')).toBe(true));
    const late = attachPage(running);
    await vi.waitFor(() => expect(late.heard.length).toBeGreaterThan(0));
    expect(late.heard[0]?.event).toBe('state');
    expect(late.heard[0]?.payload?.runs[0]?.stages[0]?.history).toEqual([{ step: 1, values: { loss: 1 } }]);
    expect(late.heard[0]?.payload?.adapter).toEqual(summary);
    go();
    await vi.waitFor(() => expect(late.heard.map(({ event }) => event)).toContain('progress'));
    await untilStatus('finished');
    early.close();
    late.close();
  });
});

describe('starting', () => {
  it('is refused while a run is going on, and when the recipe is wrong, with the field', async () => {
    const running = await service((hooks) => hooks.gate.wait().then(() => never));
    const page = attachPage(running);
    await page.send('startRun', start);
    await expect(page.send('startRun', start)).rejects.toMatchObject({
      shape: { name: 'InputError', message: expect.stringMatching(/"r" is going on.*one at a time/) },
    });
    await expect(
      page.send('startRun', { ...start, recipe: { ...(start.recipe as object), rounds: -1 } }),
    ).rejects.toMatchObject({
      shape: { message: expect.stringMatching(/Correct rounds: /) },
    });
    page.close();
  });

  it('is refused, leaving no run behind, when another window trains or the model is gone', async () => {
    const locked = await service(() => never, { takeLock: () => Promise.reject(new DeviceError('elsewhere')) });
    const page = attachPage(locked);
    await expect(page.send('startRun', start)).rejects.toMatchObject({ shape: { message: 'elsewhere' } });
    page.close();
    const free = attachPage(await service(() => never));
    await expect(free.send('startRun', { ...start, modelId: 'gone' })).rejects.toMatchObject({
      shape: { message: expect.stringMatching(/model gone is no longer stored/) },
    });
    expect(await storedRun()).toBeUndefined();
    free.close();
  });
});

describe('pause, cancel and continue', () => {
  it('hold the pipeline at its gate, and are written', async () => {
    let passed = 0;
    const page = attachPage(
      await service(async (hooks) => {
        for (;;) {
          await hooks.gate.wait();
          passed++;
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }),
    );
    const { runId } = (await page.send('startRun', start)) as { runId: string };
    await page.send('pauseRun', { runId });
    await untilStatus('paused');
    const held = passed;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(passed).toBeLessThanOrEqual(held + 1);
    await page.send('resumeRun', { runId });
    await untilStatus('running');
    await page.send('cancelRun', { runId });
    expect((await storedRun())?.status).toBe('cancelled');
    await page.send('continueRun', { runId });
    await untilStatus('running');
    await expect(page.send('deleteRun', { runId })).rejects.toMatchObject({
      shape: { message: expect.stringMatching(/Cancel it before/) },
    });
    await page.send('cancelRun', { runId });
    await page.send('deleteRun', { runId });
    expect(page.heard.findLast(({ event }) => event === 'state')?.payload?.runs).toEqual([]);
    page.close();
  });
});

describe('failures', () => {
  it('end the run with name, message, stage and step', async () => {
    const page = attachPage(await service(() => Promise.reject(atStage('sft', 3, new TrainingError('NaN', 4)))));
    await page.send('startRun', start);
    await untilStatus('failed');
    expect((await storedRun())?.error).toEqual({ name: 'TrainingError', message: 'NaN', stage: 'sft', step: 4 });
    page.close();
  });

  it('of the device interrupt it, and continuing opens the device again', async () => {
    const devices = [
      new Promise<DeviceError>((resolve) => setTimeout(() => resolve(new DeviceError('lost; continue')), 20)),
      never,
    ];
    let opened = 0;
    const get = () => Promise.resolve({ backend, lost: devices[opened++ === 0 ? 0 : 1] ?? never });
    let last: Awaited<ReturnType<typeof get>> | null = null;
    const keeper = { get: async () => (last ??= await get()) };
    const page = attachPage(
      await service((hooks) => (opened > 1 ? Promise.resolve() : hooks.gate.wait().then(() => never)), {
        devices: keeper,
      }),
    );
    const { runId } = (await page.send('startRun', start)) as { runId: string };
    await untilStatus('interrupted');
    expect((await storedRun())?.error).toMatchObject({ name: 'DeviceError', message: 'lost; continue' });
    last = null;
    await page.send('continueRun', { runId });
    await untilStatus('finished');
    expect(opened).toBe(2);
    page.close();
  });
});

describe('a new worker', () => {
  const stored = runRecord('old', {
    status: 'running',
    stages: [stageState('sft', { status: 'running', done: 3, total: 9 })],
    recipe: { ...recipePresets.smoke, rounds: 0 },
  });

  it('shows the run of the worker before as interrupted', async () => {
    await putRun(database, stored);
    const page = attachPage(await service(() => never));
    await untilStatus('interrupted');
    expect((await storedRun())?.stages[0]).toMatchObject({ status: 'pending', done: 3, total: 9 });
    page.close();
  });

  it('leaves it alone while another worker trains it, and says so', async () => {
    await putRun(database, stored);
    const page = attachPage(await service(() => never, { isTrainingElsewhere: () => Promise.resolve(true) }));
    expect((await storedRun())?.status).toBe('running');
    await vi.waitFor(() => expect(page.heard[0]?.payload?.runsElsewhere).toEqual([stored.state.id]));
    page.close();
  });

  it('does not write over what the other worker has made of it, when its pairs are reviewed here', async () => {
    await putRun(database, stored);
    const page = attachPage(await service(() => never, { isTrainingElsewhere: () => Promise.resolve(true) }));
    await putRun(database, { ...stored, state: { ...stored.state, status: 'finished' } });
    await page.send('reviewsChanged', { runId: stored.state.id });
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect((await storedRun())?.status).toBe('finished');
    page.close();
  });
});

describe('the engine of a run', () => {
  const entry = { tile: 'lanes8x32', flopsPerSecond: 1e9 };
  const tiles = { entries: {}, fallback: { few: entry, many: entry } };
  const engine = {
    name: 'fused',
    weights: 'fp16, packed',
    tiles: 'measured',
    conversion: null,
    selfTest: null,
  } as const;

  it('and its tiles are kept, shown, and handed to the run that goes on', async () => {
    const given: unknown[] = [];
    const page = attachPage(
      await service(() => never, {
        run: ({ hooks, tiles: kept }) => {
          given.push(kept);
          hooks.onActivity('Measuring');
          hooks.onEngine(engine, tiles);
          return hooks.gate.wait().then(() => never);
        },
      }),
    );
    const { runId } = (await page.send('startRun', start)) as { runId: string };
    await vi.waitFor(async () => expect(await storedRun()).toMatchObject({ engine, activity: 'Measuring' }), 3000);
    const text = await ((await page.send('getOutput', { runId, path: 'run.json' })) as Blob).text();
    expect(JSON.parse(text)).toMatchObject({ engine: { ...engine, choice: tiles } });
    page.close();
    const later = attachPage(
      await service(() => never, {
        run: ({ tiles: kept }) => {
          given.push(kept);
          return Promise.resolve(null);
        },
      }),
    );
    await untilStatus('interrupted');
    expect(await storedRun()).toMatchObject({ activity: null });
    await later.send('continueRun', { runId });
    await untilStatus('finished');
    expect(given).toEqual([null, tiles]);
    later.close();
  });

  it('measures a batch of the stage that is at work when a page asks', async () => {
    const measureNext = vi.fn();
    const page = attachPage(
      await service(async (hooks) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        hooks.onProbe?.({
          measureNext,
          begin: () => {},
          end: () => Promise.resolve(),
          finish: () => Promise.resolve(),
          read: () => ({ memory: null, profile: null }),
        });
        await never;
      }),
    );
    const { runId } = (await page.send('startRun', start)) as { runId: string };
    await vi.waitFor(() => page.send('profileRun', { runId }));
    expect(measureNext).toHaveBeenCalledTimes(1);
    await expect(page.send('profileRun', { runId: 'other' })).rejects.toMatchObject({
      shape: { message: expect.stringMatching(/not going on/) },
    });
    page.close();
  });
});

describe('the memory plan', () => {
  it('is that of the stored model and the recipe; the definitions have none', async () => {
    const file = join('test/fixtures/golden/llama-tiny/config.json');
    const files = [{ path: 'config.json', blob: new Blob([readFileSync(file)]) }];
    const model = await getModel(database, 'm');
    await putModel(database, { ...model, files });
    const page = attachPage(await service(() => never));
    const plan = async (recipe: Partial<Recipe>) =>
      page.send('planMemory', { modelId: 'm', recipe: { ...recipePresets.smoke, ...recipe } });
    const fits = (await plan({})) as MemoryPlan;
    expect(fits.refusal).toBeNull();
    expect(fits.stages.map(({ kind }) => kind)).toEqual(['sft', 'reward', 'generate', 'score', 'train']);
    for (const { bytes, byCategory } of fits.stages) {
      expect(Object.values(byCategory).reduce((sum, held) => sum + held, 0)).toBe(bytes);
    }
    const tight = (await plan({ memoryBudgetGb: 0.001 })) as MemoryPlan;
    expect(tight.refusal).toMatch(/^Supervised fine-tuning does not fit the memory budget\. This needs/);
    expect(await plan({ engine: 'definition' })).toBeNull();
    await expect(plan({ loraRank: 0 })).rejects.toMatchObject({
      shape: { message: expect.stringMatching(/loraRank/) },
    });
    page.close();
  });
});

describe('the cost of a run', () => {
  const lengths = { prompt: 20, chosen: 10, rejected: 10, from: 'tokens' as const };

  it('is counted for the stored model and data, and has no speed before anything was measured', async () => {
    const blob = new Blob([readFileSync(join('test/fixtures/golden/llama-tiny/config.json'))]);
    await putModel(database, { ...(await getModel(database, 'm')), files: [{ path: 'config.json', blob }] });
    const pairs = await tinyPreferences(200);
    const summary200 = datasetSummary('d', { pairs: pairs.length });
    await database.put('datasets', { id: 'd', name: 'd', summary: summary200, chunks: null, pairs });
    const page = attachPage(await service(() => never));
    const cost = async (recipe: Partial<Recipe>) => {
      const whole = { ...recipePresets.smoke, heldOutPairs: 10, heldOutPrompts: 8, ...recipe };
      const argument = { modelId: 'm', datasetId: 'd', importedAdapter: false, recipe: whole, lengths };
      return (await page.send('planCost', argument)) as RunCost;
    };
    const { stages, trainPairs, heldOutPairs, speed } = await cost({});
    expect([trainPairs, heldOutPairs, speed]).toEqual([64, 10, { passes: null, generation: null }]);
    expect(stages.map(({ id }) => id)).toEqual(stagesOf(recipePresets.smoke).map(({ id }) => id));
    expect(stages[0]?.steps).toBe(recipePresets.smoke.sftEpochs * 4);
    expect((await cost({ trainPairs: 32 })).trainPairs).toBe(32);
    await expect(cost({ heldOutShare: 0 })).rejects.toMatchObject({
      shape: { message: expect.stringMatching(/no held-out prompt/) },
    });
    page.close();
  });
});

describe('outputs', () => {
  it('are listed as they appear and can be read, run.json among them', async () => {
    const own = artifact('k', { files: { 'adapter_config.json': new TextEncoder().encode('{}') } });
    const page = attachPage(
      await service(async (hooks) => {
        await hooks.onStageStart(sft, 0);
        await database.put('artifacts', own);
        await hooks.onArtifact(sft, own, false);
      }),
    );
    const { runId } = (await page.send('startRun', start)) as { runId: string };
    await untilStatus('finished');
    expect((await storedRun())?.outputs.map(({ path }) => path)).toEqual(['run.json', 'sft_model/adapter_config.json']);
    const config = (await page.send('getOutput', { runId, path: 'sft_model/adapter_config.json' })) as Blob;
    expect(await config.text()).toBe('{}');
    const run: unknown = JSON.parse(await ((await page.send('getOutput', { runId, path: 'run.json' })) as Blob).text());
    expect(run).toMatchObject({ model: 'm', dataset: 'd', device: summary, stages: [{ id: 'sft' }] });
    await expect(page.send('getOutput', { runId, path: 'nothing' })).rejects.toMatchObject({
      shape: { message: expect.stringMatching(/no output nothing/) },
    });
    page.close();
  });
});

it('the System page gets the memory of a run over time, with the stages, against the recipe’s budget', async () => {
  const ledger = createLedger();
  const { releaseUnused, check, dispose } = backend;
  const memory = () => ({ tensors: 0, bytesInUse: 0, bytesAllocated: ledger.total() });
  const holding = { summary, runtime: Object({ ledger }), memory, releaseUnused, check, dispose };
  const running = await service(
    async (hooks) => {
      ledger.add('weights', 100);
      await hooks.onStageStart(sft, 0);
      ledger.add('optimiser', 30);
      await hooks.onArtifact(sft, artifact('k'), false);
      ledger.remove('optimiser', 30);
    },
    { devices: { get: () => Promise.resolve({ backend: holding, lost: never }) } },
  );
  const page = attachPage(running);
  expect(await page.send('getSystem', null)).toMatchObject({ memory: null });
  const { runId } = Object(await page.send('startRun', start));
  await untilStatus('finished');
  const timeline = Object(await page.send('getSystem', null)).memory;
  expect(timeline).toMatchObject({
    runId,
    budgetBytes: recipePresets.smoke.memoryBudgetGb * 1e9,
    peak: { stage: 'sft', bytes: 130 },
  });
  const samples: Record<string, unknown>[] = timeline.samples;
  expect(samples.map(({ stage, held: bytes }) => [stage, bytes])).toContainEqual([
    'sft',
    { weights: 100, optimiser: 30 },
  ]);
  expect(samples.at(-1)).toMatchObject({ stage: null, held: { weights: 100 } });
  page.close();
});
