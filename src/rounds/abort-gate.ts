/** The gate of work outside the pipeline: between steps it lets the worker hear of an abort, and ends the work then. */
import { CancelledError } from '../protocol/errors';

/** @returns a gate that throws a CancelledError with `message` once the signal is aborted */
export function abortGate(signal: AbortSignal, message: string): () => Promise<void> {
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (signal.aborted) throw new CancelledError(message);
  };
}
