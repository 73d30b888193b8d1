/** What the states of runs and stages mean, for every thread. */
import type { RunStatus, StageKind, StageStatus } from './run-state';

/** The run has the GPU, or holds it in a pause. */
export const isActive = ({ status }: { status: RunStatus }): boolean => status === 'running' || status === 'paused';

/** The stage's result is there, whether this run computed it or found it. */
export const hasResult = ({ status }: { status: StageStatus }): boolean => status === 'done' || status === 'skipped';

/** The stage is part of the run: the person does not leave it out. */
export const isIncluded = ({ status }: { status: StageStatus }): boolean => status !== 'omitted';

/** The stage takes optimiser steps, and so has curves. */
export const isTraining = ({ kind }: { kind: StageKind }): boolean =>
  kind === 'sft' || kind === 'reward' || kind === 'referee' || kind === 'train';
