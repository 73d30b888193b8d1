/** Runs and stages as the worker reports them, for the store's tests. */
import { noHolds } from '../../../src/protocol/holds';
import { recipePresets } from '../../../src/protocol/recipe';
import type { MetricPoint, RunState, StageState } from '../../../src/protocol/run-state';

export const point = (step: number, loss: number): MetricPoint => ({ step, values: { loss } });

export function stageOf(changes: Partial<StageState> = {}): StageState {
  return {
    id: 'sft',
    kind: 'sft',
    round: 0,
    status: 'running',
    done: 2,
    total: 10,
    unit: 'steps',
    seconds: 3,
    secondsLeft: 12,
    samples: [],
    history: [],
    summary: {},
    notes: [],
    memory: null,
    profile: null,
    ...changes,
  };
}

export function runOf(changes: Partial<RunState> = {}): RunState {
  return {
    id: 'run1',
    name: 'first',
    modelId: 'm',
    datasetId: 'd',
    importedAdapterId: null,
    recipe: recipePresets.smoke,
    status: 'running',
    holds: noHolds,
    held: null,
    stages: [stageOf()],
    error: null,
    createdAt: 1000,
    outputs: [],
    engine: null,
    activity: null,
    evaluation: null,
    ...changes,
  };
}
