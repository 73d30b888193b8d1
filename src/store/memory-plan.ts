/**
 * The memory plan of the chosen model and recipe, asked of the training worker whenever one of them changes. Leaves out
 * the arithmetic, which is the engine's.
 */
import type { TrainingClient } from '../client/training-client';
import { errorShapeOf } from '../client/remote-error';
import type { MemoryPlan } from '../protocol/studio';
import type { Slice } from './slice';
import type { StudioStore } from './studio-store';

/** What is known of the choice: its plan (null for the definition engine), or why there is none. */
export interface KnownPlan {
  plan: MemoryPlan | null;
  problem: string | null;
}

export interface MemoryPlanSlice {
  /** null while nothing is chosen, the recipe is wrong, or the answer is under way. */
  memoryPlan: KnownPlan | null;
  setMemoryPlan(known: KnownPlan | null): void;
}

export const createMemoryPlanSlice: Slice<MemoryPlanSlice> = (set) => ({
  memoryPlan: null,
  setMemoryPlan: (memoryPlan) => set({ memoryPlan }),
});

/** A person who types a number changes the recipe several times in a moment. */
const settleMs = 200;

/** Keeps `memoryPlan` that of the present choice. @returns what stops it */
export function keepPlanCurrent(store: StudioStore, training: Pick<TrainingClient, 'send'>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  const ask = async (modelId: string, recipe: unknown) => {
    const own = ++asked;
    const known = await training.send('planMemory', { modelId, recipe }).then(
      (plan) => ({ plan, problem: null }),
      (error: unknown) => ({ plan: null, problem: errorShapeOf(error).message }),
    );
    if (own === asked) store.getState().setMemoryPlan(known);
  };
  const stop = store.subscribe(({ modelId, parsed: { recipe } }, before) => {
    if (modelId === before.modelId && recipe === before.parsed.recipe) return;
    clearTimeout(timer);
    asked++;
    store.getState().setMemoryPlan(null);
    if (modelId !== null && recipe !== null) timer = setTimeout(() => void ask(modelId, recipe), settleMs);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
