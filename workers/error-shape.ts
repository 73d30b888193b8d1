/** Errors as they cross to the page: plain data with the place in the run where there is one. */
import type { ErrorShape } from '../src/protocol/worker-error';
import { StageError } from '../src/rounds/stage-error';

/** The wire form of anything that was thrown. */
export function errorShape(error: unknown): ErrorShape {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const step = 'step' in error && typeof error.step === 'number' ? { step: error.step } : {};
  const stage = error instanceof StageError ? { stage: error.stage } : {};
  // A StageError repeats the message of the error it places; what that one was caused by is the news.
  const root = error instanceof StageError && error.cause instanceof Error ? error.cause.cause : error.cause;
  const cause = root === undefined ? {} : { cause: root instanceof Error ? root.message : String(root) };
  return { name: error.name, message: error.message, ...cause, ...stage, ...step };
}
