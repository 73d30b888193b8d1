/** When a stage began and ended, as the pages are told and as it is stored, and why a run stands still. */
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pendingStage, stagesOf } from '../../../src/rounds/stages';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import type { RunRecord } from '../../../src/storage/records';
import { getRun, putRun } from '../../../src/storage/run-store';
import { recipePresets } from '../../../src/protocol/recipe';
import { forgetStages } from '../../../workers/forget-stages';
import { includeStage } from '../../../workers/omit-stage';
import { createRunRecorder } from '../../../workers/run-recorder';
import { loadRuns } from '../../../workers/stored-runs';
import { artifact, runRecord } from '../../support/stored-records';

const sft = { id: 'sft', kind: 'sft', round: 0 } as const;
let database: StudioDatabase;
let record: RunRecord;
let count = 0;
const broadcast = vi.fn();
const hooks = () => createRunRecorder(record, database, { broadcast }).hooks;
const stage = () => record.state.stages[0]!;
const at = (milliseconds: number) => vi.setSystemTime(milliseconds);

beforeEach(async () => {
  database = await openStudioDatabase(`stage times ${count++}`);
  record = runRecord('a', { recipe: recipePresets.smoke, stages: stagesOf(recipePresets.smoke).map(pendingStage) });
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => void vi.useRealTimers());

it('a stage has its times, and one that goes on from its checkpoint began when its first session did', async () => {
  at(1000);
  await hooks().onStageStart(sft, 0);
  expect([stage().startedAt, stage().finishedAt]).toEqual([1000, undefined]);
  at(5000);
  await hooks().onStageStart(sft, 20);
  at(9000);
  await hooks().onArtifact(sft, artifact('k'), false);
  const stored = await getRun(database, 'a');
  expect(stored?.state.stages[0]).toMatchObject({ startedAt: 1000, finishedAt: 9000 });
  expect(stored?.stages['sft']).toMatchObject({ startedAt: 1000, finishedAt: 9000 });
  at(20_000);
  await hooks().onStageStart(sft, 0);
  expect([stage().startedAt, stage().finishedAt]).toEqual([20_000, undefined]);
});

it('a reused result has none: it was made at another time', async () => {
  await hooks().onArtifact(sft, artifact('k'), true);
  expect([stage().startedAt, stage().finishedAt]).toEqual([undefined, undefined]);
});

it('runs of earlier versions get them from the record of their finished stages', async () => {
  Object.assign(stage(), { status: 'done' });
  record.state.stages[1]!.status = 'skipped';
  const times = { key: 'k', contentHash: 'c', inputs: {}, startedAt: 1, finishedAt: 2, seconds: 1 };
  Object.assign(record.stages, { sft: times, reward: times });
  await putRun(database, record);
  const [loaded] = (await loadRuns(database, false)).runs;
  expect(loaded?.state.stages[0]).toMatchObject({ startedAt: 1, finishedAt: 2 });
  expect(loaded?.state.stages[1]).not.toHaveProperty('startedAt');
});

it('an interrupted run says by what: its worker ended, an evaluation is included, stages are made again', async () => {
  await putRun(database, record);
  expect((await loadRuns(database, false)).runs[0]?.state).toMatchObject({ interruptedBy: 'ended' });
  const evaluation = record.state.stages.at(-1)!;
  Object.assign(record.state, { status: 'finished' });
  evaluation.status = 'omitted';
  includeStage(record.state, evaluation.id);
  expect(record.state).toMatchObject({ status: 'interrupted', interruptedBy: 'included' });
  stage().status = 'done';
  await forgetStages(database, record, 'sft');
  expect(record.state).toMatchObject({ status: 'interrupted', interruptedBy: 'again' });
});
