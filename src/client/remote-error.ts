/** Errors of a worker, made into Error objects again on the page, with the stage and step where they arose. */
import type { ErrorShape } from '../protocol/worker-error';

/** An error that arose in a worker. `name` is the worker's class name: InputError, TrainingError, DeviceError, ... */
export class RemoteError extends Error {
  readonly stage: string | undefined;
  readonly step: number | undefined;

  constructor(shape: ErrorShape) {
    super(shape.message, shape.cause === undefined ? undefined : { cause: shape.cause });
    this.name = shape.name;
    this.stage = shape.stage;
    this.step = shape.step;
  }
}

/** The wire form of any thrown value, for showing it the same way as an error of a run. */
export function errorShapeOf(error: unknown): ErrorShape {
  if (error instanceof RemoteError) {
    const { name, message, stage, step } = error;
    return { name, message, ...(stage !== undefined && { stage }), ...(step !== undefined && { step }) };
  }
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}
