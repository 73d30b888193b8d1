/** A failure of a run with the stage and step in which it arose. The message and class name are the original error's. */

export class StageError extends Error {
  constructor(
    readonly stage: string,
    readonly step: number | undefined,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = cause instanceof Error ? cause.name : 'Error';
  }
}

/** Gives an error its place in the run; one that has a place already is left alone. */
export function atStage(stage: string, lastStep: number | undefined, error: unknown): StageError {
  if (error instanceof StageError) return error;
  const behind = error instanceof Error ? error.cause : undefined;
  return new StageError(stage, stepOf(error) ?? stepOf(behind) ?? lastStep, error);
}

function stepOf(error: unknown): number | undefined {
  return error instanceof Error && 'step' in error && typeof error.step === 'number' ? error.step : undefined;
}
