/**
 * Leaves a stage out of a run, and takes that back. Only evaluations can be left out: nothing is trained on what they find, and a
 * later one meets the models that this one would have met. What the run then does is in src/rounds/stage-runner.ts.
 */
import { InputError } from '../src/protocol/errors';
import { hasResult, isActive, isIncluded } from '../src/protocol/status';
import type { RunState, StageState } from '../src/protocol/run-state';

/** A stopped run of which nothing else was left to make has then finished. @throws InputError for another stage */
export function omitStage(state: RunState, stageId: string): void {
  const stage = stageOf(state, stageId);
  if (stage.kind !== 'evaluate')
    throw new InputError('Only an evaluation can be left out: what comes later is made from every other stage.');
  if (!isIncluded(stage)) throw new InputError('This evaluation is left out already.');
  if (hasResult(stage)) throw new InputError('This evaluation is made already; there is nothing left to leave out.');
  if (stage.status === 'running')
    throw new InputError('This evaluation has begun. Let it end, or cancel the run and leave it out then.');
  Object.assign(stage, { status: 'omitted', secondsLeft: null });
  const isLeft = state.stages.some((other) => isIncluded(other) && !hasResult(other));
  if (!isActive(state) && !isLeft) Object.assign(state, { status: 'finished', error: null, held: null });
}

/** The stage waits again; a finished run can then be continued. @throws InputError for a stage that is not left out */
export function includeStage(state: RunState, stageId: string): void {
  const stage = stageOf(state, stageId);
  if (isIncluded(stage)) throw new InputError('This stage is part of the run already.');
  stage.status = 'pending';
  if (state.status === 'finished') Object.assign(state, { status: 'interrupted', interruptedBy: 'included' });
}

function stageOf({ stages }: RunState, stageId: string): StageState {
  const stage = stages.find(({ id }) => id === stageId);
  if (!stage) throw new InputError(`The run has no stage ${stageId}; choose one of the loop.`);
  return stage;
}
