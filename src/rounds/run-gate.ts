/**
 * Where a run waits while it is paused and ends when it is cancelled; also its clock, which stands still in pauses.
 * Every stage passes it between batches. Knows nothing of stages.
 */
import { CancelledError } from '../protocol/errors';

export interface RunGate {
  /** Resolves at once, or when a pause is over. @throws CancelledError after cancel() */
  wait(): Promise<void>;
  /** Milliseconds since the gate was made, pauses left out. */
  workedMs(): number;
}

export interface ControlledGate extends RunGate {
  pause(): void;
  resume(): void;
  cancel(): void;
  /** 'open' lets through, 'paused' holds back, 'cancelled' stays so. */
  readonly status: 'open' | 'paused' | 'cancelled';
}

/** @param now a clock in milliseconds; tests give their own */
export function createGate(now: () => number = () => performance.now()): ControlledGate {
  const start = now();
  let status: ControlledGate['status'] = 'open';
  let pausedMs = 0;
  let pausedAt = 0;
  let waiting: (() => void)[] = [];
  const release = (next: 'open' | 'cancelled') => {
    if (status === 'cancelled') return;
    if (status === 'paused') pausedMs += now() - pausedAt;
    status = next;
    for (const proceed of waiting) proceed();
    waiting = [];
  };
  return {
    get status() {
      return status;
    },
    pause: () => {
      if (status !== 'open') return;
      status = 'paused';
      pausedAt = now();
    },
    resume: () => release('open'),
    cancel: () => release('cancelled'),
    wait: async () => {
      while (status === 'paused') await new Promise<void>((resolve) => waiting.push(resolve));
      if (status === 'cancelled') throw new CancelledError('The run was cancelled. Finished stages are kept.');
    },
    workedMs: () => now() - start - pausedMs - (status === 'paused' ? now() - pausedAt : 0),
  };
}
