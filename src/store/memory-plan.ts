/**
 * The memory plan of the chosen model and recipe, asked of the training worker whenever one of them changes. Leaves out
 * the arithmetic, which is the engine's.
 */
import type { TrainingClient } from '../client/training-client';
import type { MemoryPlan } from '../protocol/memory-plan';
import { keepCurrent, type Known } from './keep-current';
import type { Slice } from './slice';
import type { StudioStore } from './studio-store';

/** What is known of the choice: its plan (null for the definition engine), or why there is none. */
export type KnownPlan = Known<MemoryPlan | null>;

export interface MemoryPlanSlice {
  /** null while nothing is chosen, the recipe is wrong, or the answer is under way. */
  memoryPlan: KnownPlan | null;
  setMemoryPlan(known: KnownPlan | null): void;
}

export const createMemoryPlanSlice: Slice<MemoryPlanSlice> = (set) => ({
  memoryPlan: null,
  setMemoryPlan: (memoryPlan) => set({ memoryPlan }),
});

type Training = Pick<TrainingClient, 'send'>;

/** Keeps `memoryPlan` that of the present choice. @returns what stops it */
export function keepPlanCurrent(store: StudioStore, training: Training): () => void {
  return keepCurrent(store, {
    of: ({ modelId, parsed: { recipe } }) => [modelId, recipe],
    ask: (modelId, recipe) => training.send('planMemory', { modelId, recipe }),
    set: (known) => store.getState().setMemoryPlan(known),
  });
}

/** Keeps `hubPlan` that of the model that was looked up. @returns what stops it */
export function keepHubPlanCurrent(store: StudioStore, training: Training): () => void {
  return keepCurrent(store, {
    of: ({ lookUp, parsed: { recipe } }) => [lookUp?.found?.refusal === null ? lookUp.found.config : null, recipe],
    ask: (config, recipe) => training.send('planConfig', { config, recipe }),
    set: (known) => store.getState().setHubPlan(known),
  });
}
