/** The System page's commands: the report, and the kernels tested once more, beside no run. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, it } from 'vitest';
import { DeviceError } from '../../../src/protocol/errors';
import type { SelfTestRow } from '../../../src/protocol/system';
import type { RetestJob } from '../../../src/rounds/kernel-test';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import { putModel } from '../../../src/storage/library';
import type { RunRecord } from '../../../src/storage/records';
import { createSystemLog, type SystemLog } from '../../../workers/system-log';
import { createMemoryLog } from '../../../workers/memory-log';
import { createSystemService, type SystemService } from '../../../workers/system-commands';
import { modelSummary, runRecord } from '../../support/stored-records';

const config = {
  ...{ model_type: 'llama', hidden_size: 16, intermediate_size: 32, num_hidden_layers: 1, num_attention_heads: 2 },
  ...{ num_key_value_heads: 1, vocab_size: 40, max_position_embeddings: 64, rms_norm_eps: 1e-5 },
};
const rows: SelfTestRow[] = [{ kernel: 'norm', error: 1e-7, tolerance: 1e-5 }];

const gpu = {
  ...{ vendor: 'v', architecture: 'a', description: 'd', software: false, features: [], maxBufferSize: 1 },
};
const matmul = { tile: '8x8', flopsPerSecond: 4e9 };

let database: StudioDatabase;
let log: SystemLog;
let service: SystemService;
let tested: RetestJob[];
let outcome: () => Promise<SelfTestRow[]>;
const busy = { here: false, elsewhere: false };
let count = 0;

beforeEach(async () => {
  database = await openStudioDatabase(`system ${count++}`);
  const files = [{ path: 'config.json', blob: new Blob([JSON.stringify(config)]) }];
  await putModel(database, { id: 'm', name: 'm', summary: modelSummary('m'), files, cacheKey: null });
  const runs = new Map<string, RunRecord>([['a', runRecord('a', { name: 'first', status: 'running' })]]);
  Object.assign(busy, { here: false, elsewhere: false });
  log = createSystemLog();
  tested = [];
  outcome = () => Promise.resolve(rows);
  service = createSystemService({
    ...{ database, log, runs, memory: createMemoryLog(), adapter: () => gpu },
    devices: {
      get: () => Promise.resolve(Object({ backend: { name: 'ours', summary: gpu }, lost: new Promise(() => {}) })),
    },
    runOf: (id) => runs.get(id)!,
    isBusy: () => busy.here,
    isTrainingElsewhere: () => Promise.resolve(busy.elsewhere),
    retest: (job) => {
      tested.push(job);
      return outcome();
    },
    measure: () => Promise.resolve({ entries: { nt: matmul }, fallback: { few: matmul, many: matmul } }),
  });
});

const { now } = Date;
const report = () => service.handlers.getSystem(null);

it('tests the kernels of the run’s engine on the open device and reports how far each was off', async () => {
  const before = now();
  await service.handlers.testKernels({ runId: 'a' });
  expect(tested).toMatchObject([{ backend: { name: 'ours' }, config: { hiddenSize: 16 }, recipe: { name: 'smoke' } }]);
  const { selfTestAgain } = await report();
  expect(selfTestAgain).toMatchObject({ runId: 'a', rows });
  expect(selfTestAgain?.at).toBeGreaterThanOrEqual(before);
  expect(log.events().map(({ message }) => message)).toEqual(['Self-test: 1 kernels, all right']);
});

it('is refused while a run has the GPU, here or in another worker, and names the run', async () => {
  busy.here = true;
  await expect(service.handlers.testKernels({ runId: 'a' })).rejects.toThrow('The run “first” is using the GPU');
  Object.assign(busy, { here: false, elsewhere: true });
  await expect(service.handlers.testKernels({ runId: 'a' })).rejects.toThrow('is using the GPU');
  expect(tested).toEqual([]);
});

it('a kernel that fails is told and logged, and what passed before is no longer shown', async () => {
  await service.handlers.testKernels({ runId: 'a' });
  outcome = () => Promise.reject(new DeviceError('The kernel norm gives wrong results on this GPU.'));
  await expect(service.handlers.testKernels({ runId: 'a' })).rejects.toThrow('The kernel norm gives wrong results');
  expect((await report()).selfTestAgain).toMatchObject({
    ...{ runId: 'a', rows: [], error: expect.stringContaining('kernel norm') },
  });
  expect(log.events().at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining('kernel norm') });
});

it('what starts a run can wait for the test to end, also for one that fails', async () => {
  let fail = () => {};
  outcome = () => new Promise((_, reject) => (fail = () => reject(new DeviceError('wrong'))));
  const test = Promise.resolve(service.handlers.testKernels({ runId: 'a' })).catch(() => 'failed');
  await expect.poll(() => tested.length).toBe(1);
  let ended = false;
  const waiting = service.testEnded().then(() => (ended = true));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(ended).toBe(false);
  await expect(service.handlers.testKernels({ runId: 'a' })).rejects.toThrow('running already');
  fail();
  await waiting;
  expect(await test).toBe('failed');
});

it('tests the kernels of a small model before any run', async () => {
  await service.handlers.testKernels({ runId: null });
  expect(tested).toMatchObject([{ config: { hiddenSize: 128, family: 'llama' }, tiles: null }]);
  expect((await report()).selfTestAgain).toMatchObject({ runId: null, rows, error: null });
});

it('measures the matmul on request and remembers it for this adapter; not beside a run', async () => {
  busy.here = true;
  await expect(service.handlers.measureMatmul(null)).rejects.toThrow('is using the GPU');
  expect((await report()).ceiling).toEqual([]);
  busy.here = false;
  await service.handlers.measureMatmul(null);
  expect((await report()).ceiling).toEqual([{ use: 'nt', ...matmul }]);
  expect(await database.count('tuning')).toBe(1);
  expect(log.events().at(-1)?.message).toBe('Matmul of this GPU: 4.00 GFLOP/s at the most');
});

it('tells its own version', async () => {
  expect((await report()).versions).toMatchObject({ whetstone: expect.stringMatching(/^\d+\.\d+/) });
});
