/** Tells a run where to stop and wait for the person, and takes that back. When it stops is decided in src/protocol/holds.ts. */
import { InputError } from '../src/protocol/errors';
import { stopProblem, type ReviewWait } from '../src/protocol/holds';
import type { RunState } from '../src/protocol/run-state';
import type { RunRecord } from '../src/storage/records';

export function setReviewWait(state: RunState, before: keyof ReviewWait, wait: boolean): void {
  const { holds } = state;
  state.holds = { ...holds, review: { ...holds.review, [before]: wait } };
}

/** @throws InputError for a stage after which the run cannot stop any more */
export function setStopAfter(state: RunState, stageId: string, stop: boolean): void {
  const problem = stop ? stopProblem(state, stageId) : null;
  if (problem !== null) throw new InputError(problem);
  const others = state.holds.stopAfter.filter((id) => id !== stageId);
  state.holds = { ...state.holds, stopAfter: stop ? [...others, stageId] : others };
}

/** No review holds the stage from now on. */
export function letPass(record: Pick<RunRecord, 'passed'>, stageId: string): void {
  if (!record.passed.includes(stageId)) record.passed = [...record.passed, stageId];
}

/**
 * Lets a held run pass, around its launch: a run that cannot be launched goes on waiting.
 * @throws InputError for a run that is not held; what `launch` throws
 */
export async function goOn(record: RunRecord, launch: (record: RunRecord) => Promise<void>): Promise<void> {
  const { held, name } = record.state;
  if (held === null) throw new InputError(`The run “${name}” is not waiting for you; there is nothing to let go on.`);
  const { passed } = record;
  letPass(record, held.before);
  try {
    await launch(record);
  } catch (error) {
    record.passed = passed;
    throw error;
  }
}
