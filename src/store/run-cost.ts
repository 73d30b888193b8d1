/**
 * What the chosen run would compute, asked of the training worker whenever the choice changes. Leaves out the counting, which is
 * the engine's, and what it means in seconds (time-estimate).
 */
import type { TrainingClient } from '../client/training-client';
import type { RunCost } from '../protocol/run-cost';
import { isActive } from '../protocol/status';
import { meanTokens } from './data-lengths';
import { keepCurrent, type Known } from './keep-current';
import type { Slice } from './slice';
import type { StudioStore } from './studio-store';

export interface RunCostSlice {
  /** null while something is not chosen, the recipe is wrong, or the answer is under way. */
  runCost: Known<RunCost> | null;
  setRunCost(known: Known<RunCost> | null): void;
}

export const createRunCostSlice: Slice<RunCostSlice> = (set) => ({
  runCost: null,
  setRunCost: (runCost) => set({ runCost }),
});

/** Keeps `runCost` that of the present choice; asks again when a run has ended, which may have shown a speed. @returns what stops it */
export function keepCostCurrent(store: StudioStore, training: Pick<TrainingClient, 'send'>): () => void {
  return keepCurrent(store, {
    of: ({ models, modelId, datasets, datasetId, importedAdapterId, tokens, adapter, runs, parsed }) => [
      models.find(({ id }) => id === modelId)?.id ?? null,
      datasets.find(({ id }) => id === datasetId)?.id ?? null,
      parsed.recipe,
      adapter !== null,
      importedAdapterId !== null,
      tokens?.report?.datasetId ?? 'not counted',
      tokens?.report?.modelId ?? 'not counted',
      runs.filter((run) => !isActive(run)).length,
    ],
    ask: async (modelId, datasetId, recipe, _adapter, importedAdapter) => {
      const { datasets, models, tokens } = store.getState();
      const [dataset, model] = [datasets.find(({ id }) => id === datasetId), models.find(({ id }) => id === modelId)];
      if (!dataset || !model) throw new Error('internal: the choice is gone');
      const lengths = meanTokens(dataset, model, tokens, recipe);
      return training.send('planCost', { modelId, datasetId, importedAdapter, recipe, lengths });
    },
    set: (known) => store.getState().setRunCost(known),
  });
}
