/** Provenance of what runs made, and checkpoints of unfinished stages: listed, and deleted when no run needs them. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, it } from 'vitest';
import { InputError } from '../../../src/protocol/errors';
import { recipePresets } from '../../../src/protocol/recipe';
import { openCheckpoints } from '../../../src/rounds/checkpoints';
import { databaseCheckpoints } from '../../../src/storage/checkpoint-store';
import { openStudioDatabase, type StudioDatabase } from '../../../src/storage/database';
import type { RunRecord } from '../../../src/storage/records';
import { createArtifactCommands } from '../../../workers/artifact-commands';
import { checkpoint, runRecord, stageState } from '../../support/stored-records';

let database: StudioDatabase;
let count = 0;
const active = new Set<string>();
let elsewhere = false;
const hash = (letter: string) => letter.repeat(64);
const finished = (letter: string, inputs: Record<string, string>) => ({
  ...{ key: letter, contentHash: hash(letter), inputs, startedAt: 1000, finishedAt: 9000, seconds: 7 },
});

const runs = new Map<string, RunRecord>([
  [
    'a',
    {
      ...runRecord('a', { name: 'first', recipe: { ...recipePresets.smoke, rounds: 2 } }),
      stages: {
        sft: finished('s', { model: hash('m'), dataset: hash('d') }),
        'round1.train': finished('t', { model: hash('m'), dataset: hash('d'), start: hash('s'), pairs1: hash('p') }),
        'round2.evaluate': finished('e', { policy: hash('u'), policy1: hash('t') }),
      },
      outputStages: {
        'sft_model/adapter_config.json': 'sft',
        'dpo_round1/adapter_config.json': 'round1.train',
        'evaluation_results.json': 'round2.evaluate',
      },
    },
  ],
  ['b', runRecord('b')],
]);

beforeEach(async () => {
  database = await openStudioDatabase(`artifact commands ${count++}`);
  active.clear();
  elsewhere = false;
  for (const run of ['a', 'b', 'deleted'])
    await databaseCheckpoints(database, run).write('reward', 0, await trusted('reward key'));
});

/** A checkpoint that the pipeline would go on from. */
async function trusted(key: string) {
  let written = checkpoint(key, 1);
  const slots = {
    read: () => Promise.resolve(undefined),
    write: (_stage: string, _slot: number, made: typeof written) => {
      written = made;
      return Promise.resolve();
    },
    clear: () => Promise.resolve(),
  };
  const { done, points, parts, floats } = written;
  await (await openCheckpoints(slots, 'reward', key)).save({ done, points, parts, floats });
  return written;
}

const commands = () =>
  createArtifactCommands({
    ...{ database, runs },
    runOf: (id) => {
      const record = runs.get(id);
      if (!record) throw new InputError('no such run');
      return record;
    },
    isActive: (id) => active.has(id),
    isBusy: () => active.size > 0,
    // As the run lock: held by this worker's run as well.
    isTrainingElsewhere: () => Promise.resolve(elsewhere || active.size > 0),
  });

const kept = async (run: string) =>
  (await openCheckpoints(databaseCheckpoints(database, run), 'reward', 'reward key')).found?.done ?? null;

it('tells the stage that made an output, its content hash, and what went in, with the stage that made that', async () => {
  expect(await commands().getProvenance({ runId: 'a', path: 'dpo_round1/adapter_config.json' })).toEqual({
    stage: 'round1.train',
    contentHash: hash('t'),
    inputs: [
      { role: 'model', contentHash: hash('m'), stage: null },
      { role: 'dataset', contentHash: hash('d'), stage: null },
      { role: 'start', contentHash: hash('s'), stage: 'sft' },
      { role: 'pairs1', contentHash: hash('p'), stage: 'round1.score' },
    ],
    finishedAt: 9000,
    seconds: 7,
    reused: null,
  });
});

it('names the run that computed a result which another one took', async () => {
  const took = runRecord('c', { stages: [stageState('sft', { status: 'skipped' })] });
  const later = { ...finished('s', {}), startedAt: 50_000, finishedAt: 50_000, seconds: 0 };
  const path = 'sft_model/adapter_config.json';
  runs.get('a')!.state.stages = [stageState('sft', { status: 'done' })];
  runs.set('c', {
    ...took,
    state: { ...took.state, outputs: [{ path, bytes: 1 }] },
    ...{ stages: { sft: later }, outputStages: { [path]: 'sft' } },
  });
  const ask = () => commands().getProvenance({ runId: 'c', path });
  const from = { runId: 'a', name: 'first', finishedAt: 9000, seconds: 7 };
  expect(await ask()).toMatchObject({ seconds: 0, reused: { from } });
  expect(await commands().listResults(null)).toEqual([
    { runId: 'c', path, stage: 'sft', key: 's', contentHash: hash('s') },
  ]);
  const first = runs.get('a')!;
  runs.delete('a');
  expect(await ask()).toMatchObject({ reused: { from: null } });
  runs.delete('c');
  runs.delete('b');
  runs.set('a', first);
  runs.set('b', runRecord('b'));
});

it('names the models that an evaluation met because an earlier one was left out', async () => {
  const { inputs } = await commands().getProvenance({ runId: 'a', path: 'evaluation_results.json' });
  expect(inputs.map(({ role, stage }) => [role, stage])).toEqual([
    ['policy', 'round2.train'],
    ['policy1', 'round1.train'],
  ]);
});

it('refuses an output that the run does not have', async () => {
  const ask = async () => commands().getProvenance({ runId: 'a', path: 'reward_model/reward_head.safetensors' });
  await expect(ask()).rejects.toThrow('no longer has reward_model/reward_head.safetensors');
});

it('lists the checkpoints of the runs that are shown', async () => {
  const listed = await commands().listCheckpoints(null);
  expect(listed.map(({ runId, stage, done }) => [runId, stage, done])).toEqual([
    ['a', 'reward', 20],
    ['b', 'reward', 20],
  ]);
});

it('a stage whose checkpoints were deleted starts again from its beginning; those of other runs stay', async () => {
  expect(await kept('a')).toBe(20);
  await commands().deleteCheckpoint({ runId: 'a', stage: 'reward' });
  expect(await kept('a')).toBeNull();
  expect(await kept('b')).toBe(20);
});

it('a run that is going on keeps its checkpoints, here and in another worker', async () => {
  active.add('a');
  await expect(commands().deleteCheckpoint({ runId: 'a', stage: 'reward' })).rejects.toThrow('“first” may be going on');
  await commands().deleteCheckpoint({ runId: 'b', stage: 'reward' });
  active.clear();
  elsewhere = true;
  await expect(commands().deleteCheckpoint({ runId: 'a', stage: 'reward' })).rejects.toThrow('Cancel it before');
  expect([await kept('a'), await kept('b')]).toEqual([20, null]);
});
