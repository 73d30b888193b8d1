/** Errors that every layer may throw: user-facing ones say what, where and what to do; internal faults say "internal:". */

/** Something the person gave us cannot be used. The message says what, where, and what to do. */
export class InputError extends Error {
  override name = 'InputError';
}

/** The person cancelled; nothing is wrong. */
export class CancelledError extends Error {
  override name = 'CancelledError';
}

/** Training stopped because going on would give wrong results. */
export class TrainingError extends Error {
  override name = 'TrainingError';
  constructor(
    message: string,
    readonly step?: number,
  ) {
    super(message);
  }
}

/** The GPU or its driver failed, or there is none. */
export class DeviceError extends Error {
  override name = 'DeviceError';
}
