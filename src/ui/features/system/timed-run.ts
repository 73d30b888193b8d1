/** Which run's speeds are shown. Pure. */
import { isTraining } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';

/** The latest that trained or sampled itself: one that took all of it from earlier runs has no speeds. */
export const timedRun = (runs: readonly RunState[]): RunState | undefined =>
  runs.find(({ stages }) =>
    stages.some(
      (stage) => (isTraining(stage) || stage.kind === 'generate') && ['running', 'done'].includes(stage.status),
    ),
  ) ?? runs[0];
