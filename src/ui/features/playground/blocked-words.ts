/** Why no model can be asked while a run is going on, and what the person can do. Pure. */
import type { RunState } from '../../../protocol/run-state';

/** The worker refuses beside a run also in its pauses: it keeps its memory, and both would have to fit. */
export function blockedWords({ name, status }: Pick<RunState, 'name' | 'status'>): string {
  const isRunning = status === 'running';
  const why = isRunning
    ? `The run “${name}” is using the GPU.`
    : `The run “${name}” is paused, but keeps its memory on the GPU.`;
  const wait = isRunning ? 'Ask when it has finished' : 'Let it go on and finish';
  return `${why} ${wait}, have it stop after its stage, or cancel it and continue it later.`;
}

export const cancelConsequence =
  'The stage that is at work stops. Finished stages, their outputs and the last checkpoint stay: Continue, on the run’s page, goes on from there.';
