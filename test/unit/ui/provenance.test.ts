/** Provenance and checkpoints in words. */
import { expect, it } from 'vitest';
import { checkpointLoss, checkpointRows } from '../../../src/ui/features/artifacts/checkpoint-rows';
import { inputName, inputRole } from '../../../src/ui/features/artifacts/input-names';
import { runOf, stageOf } from '../store/fixtures';

it('names what a result was made from: the role, and the stage or the item of the library', () => {
  const items = [{ id: 'hash', name: 'my data' }];
  expect([inputRole('start'), inputRole('pairs2'), inputRole('policy1'), inputRole('new')]).toEqual([
    'Starts from',
    'Synthetic pairs of round 2',
    'Model of round 1',
    'new',
  ]);
  expect(inputName({ role: 'dataset', contentHash: 'hash', stage: null }, items)).toBe('my data');
  expect(inputName({ role: 'model', contentHash: 'deleted', stage: null }, items)).toBeNull();
  expect(inputName({ role: 'start', contentHash: 'h', stage: 'round1.train' }, items)).toBe('Round 1, DPO training');
});

const reward = stageOf({ id: 'reward', kind: 'reward', total: 500 });
const runs = [runOf({ id: 'b', name: 'second', stages: [stageOf(), reward] }), runOf({ id: 'a' })];

it('lists checkpoints by run and stage, with how far the stage got', () => {
  const checkpoints = [
    { runId: 'a', stage: 'sft', done: null, bytes: 5 },
    { runId: 'b', stage: 'reward', done: 120, bytes: 7 },
    { runId: 'b', stage: 'sft', done: 4, bytes: 6 },
    { runId: 'gone', stage: 'sft', done: 4, bytes: 6 },
  ];
  expect(
    checkpointRows(checkpoints, runs).map(({ run, stage, place, bytes }) => [run.id, stage, place, bytes]),
  ).toEqual([
    ['b', 'sft', '4 of 10 steps', 6],
    ['b', 'reward', '120 of 500 steps', 7],
    ['a', 'sft', null, 5],
  ]);
});

it('says what is lost with a checkpoint, and what stays', () => {
  const [row] = checkpointRows([{ runId: 'b', stage: 'reward', done: 120, bytes: 7 }], runs);
  const text = row ? checkpointLoss(row) : '';
  expect(text).toContain('120 of 500 steps, is lost');
  expect(text).toContain('when “second” is continued, Reward model starts again from its beginning');
  expect(text).toContain('Finished stages and their results stay');
});
