/** Which interrupted run is offered to go on with, and what the offer says. */
import { expect, it } from 'vitest';
import { interruptedRun, interruptedText, interruptionId } from '../../../src/ui/app/interrupted-offer';
import { runOf, stageOf } from '../store/fixtures';

const train = stageOf({ id: 'round2.train', kind: 'train', round: 2, status: 'pending', total: 500, done: 130 });
const stopped = runOf({ name: 'mine', status: 'interrupted', stages: [stageOf({ status: 'done' }), train] });
const checkpoint = { runId: 'run1', stage: 'round2.train', done: 120, bytes: 9 };

it('offers the newest interrupted run, unless another has the GPU or it was put off', () => {
  const older = runOf({ id: 'run0', status: 'interrupted' });
  const ended = runOf({ id: 'run2', status: 'finished' });
  expect(interruptedRun([ended, stopped, older], [])?.id).toBe('run1');
  expect(interruptedRun([ended, stopped, older], [interruptionId(stopped)])?.id).toBe('run0');
  expect(interruptedRun([runOf({ id: 'run2', status: 'paused' }), stopped], [])).toBeNull();
  expect(interruptedRun([ended, runOf({ status: 'cancelled' })], [])).toBeNull();
});

it('offers a run again that went on and was interrupted another time', () => {
  const again = { ...stopped, stages: [...stopped.stages.slice(0, 1), { ...train, seconds: 60 }] };
  expect(interruptedRun([again], [interruptionId(stopped)])).toBe(again);
});

it('says where it stopped and from which checkpoint it goes on', () => {
  expect(interruptedText(stopped, null)).toBe('“mine” was interrupted in round 2, DPO training.');
  expect(interruptedText(stopped, [{ ...checkpoint, stage: 'sft' }, checkpoint])).toBe(
    '“mine” was interrupted in round 2, DPO training. It goes on from its last checkpoint, at 120 of 500 steps.',
  );
});

it('says that a stage without a readable checkpoint begins again', () => {
  for (const checkpoints of [[], [{ ...checkpoint, done: null }]])
    expect(interruptedText(stopped, checkpoints)).toContain('before its first checkpoint. Finished stages are kept');
});

it('says of an evaluation that is to be made after all that it is left, not that it was interrupted', () => {
  const left = stageOf({ id: 'round1.evaluate', kind: 'evaluate', status: 'pending', seconds: 0, done: 0 });
  const omitted = stageOf({ id: 'round2.evaluate', kind: 'evaluate', status: 'omitted' });
  const run = runOf({ name: 'mine', status: 'interrupted', stages: [stageOf({ status: 'done' }), left, omitted] });
  expect(interruptedText(run, [])).toBe('“mine” has one stage left: round 1, Evaluation.');
});

it('who deleted a result is not offered to have it made again at once', () => {
  const run = { ...stopped, interruptedBy: 'deleted' as const };
  expect(interruptedRun([run], [])).toBeNull();
  expect(interruptedRun([run, stopped], [])).toBe(stopped);
});
