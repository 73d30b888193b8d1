/** Whether a run has the GPU, as a refusal that names it. */
import { InputError } from '../src/protocol/errors';
import { isActive } from '../src/protocol/status';
import type { RunRecord } from '../src/storage/records';

export interface GpuUsers {
  runs: ReadonlyMap<string, RunRecord>;
  /** Whether this worker runs something, or is about to. */
  isBusy(): boolean;
  /** Whether another worker of this browser does. */
  isTrainingElsewhere(): Promise<boolean>;
}

/** @throws InputError while a run is using the GPU, in this worker or another */
export async function requireFreeGpu({ runs, isBusy, isTrainingElsewhere }: GpuUsers): Promise<void> {
  if (isBusy() || (await isTrainingElsewhere())) throw busyGpu(runs);
  // Asking took a moment, in which a run may have begun.
  if (isBusy()) throw busyGpu(runs);
}

function busyGpu(runs: GpuUsers['runs']): InputError {
  const active = [...runs.values()].find(({ state }) => isActive(state));
  const name = active ? `The run “${active.state.name}”` : 'A run';
  return new InputError(
    `${name} is using the GPU. Wait until it has finished, have it stop after its stage, or cancel it and continue it later.`,
  );
}
