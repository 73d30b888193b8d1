/** What a run's record keeps of its stages, over real storage in memory. */
import 'fake-indexeddb/auto';
import { expect, it, vi } from 'vitest';
import { recipePresets } from '../../../src/protocol/recipe';
import { pendingStage, stagesOf } from '../../../src/rounds/stages';
import { openStudioDatabase } from '../../../src/storage/database';
import { getRun, putRun } from '../../../src/storage/run-store';
import { forgetStages } from '../../../workers/forget-stages';
import { createRunRecorder } from '../../../workers/run-recorder';
import { artifact, runRecord } from '../../support/stored-records';

it('notes key and size of a stage’s result, made or found, until the stage is made again', async () => {
  const database = await openStudioDatabase('recorder');
  const recipe = { ...recipePresets.smoke, rounds: 1 };
  const record = runRecord('a', { recipe, stages: stagesOf(recipe).map(pendingStage), status: 'finished' });
  await putRun(database, record);
  const broadcast = vi.fn();
  const { onArtifact, onStage } = createRunRecorder(record, database, { broadcast }).hooks;
  const files = { a: new Uint8Array(3), b: new Uint8Array(4) };
  await onArtifact({ id: 'sft', kind: 'sft', round: 0 }, artifact('made', { files }), false);
  await onArtifact({ id: 'reward', kind: 'reward', round: 0 }, artifact('found'), true);
  const results = async () =>
    (await getRun(database, 'a'))?.state.stages.slice(0, 2).map(({ result }) => result ?? null);
  expect(await results()).toEqual([
    { key: 'made', bytes: 7 },
    { key: 'found', bytes: 3 },
  ]);
  const { history: _, ...update } = pendingStage({ id: 'sft', kind: 'sft', round: 0 });
  onStage({ ...update, status: 'done' }, []);
  onStage({ ...update, id: 'reward', kind: 'reward', status: 'done' }, []);
  await forgetStages(database, record, 'reward');
  expect(await results()).toEqual([{ key: 'made', bytes: 7 }, null]);
});
