/**
 * The memory plan of the chosen model and recipe, asked of the training worker whenever one of them changes. Leaves out
 * the arithmetic, which is the engine's.
 */
import type { TrainingClient } from '../client/training-client';
import { errorShapeOf } from '../client/remote-error';
import type { Recipe } from '../protocol/recipe';
import type { MemoryPlan } from '../protocol/studio';
import type { Slice } from './slice';
import type { StudioStore, StudioStoreState } from './studio-store';

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

interface Plan<Model> {
  /** The model and recipe to plan for; null for none. */
  of(state: StudioStoreState): readonly [Model | null, Recipe | null];
  ask(model: Model, recipe: Recipe): Promise<MemoryPlan | null>;
  set(known: KnownPlan | null): void;
}

function keepCurrent<Model>(store: StudioStore, { of, ask, set }: Plan<Model>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  const answer = async (model: Model, recipe: Recipe) => {
    const own = ++asked;
    const known = await ask(model, recipe).then(
      (plan) => ({ plan, problem: null }),
      (error: unknown) => ({ plan: null, problem: errorShapeOf(error).message }),
    );
    if (own === asked) set(known);
  };
  const stop = store.subscribe((state, before) => {
    const [model, recipe] = of(state);
    const [modelBefore, recipeBefore] = of(before);
    if (model === modelBefore && recipe === recipeBefore) return;
    clearTimeout(timer);
    asked++;
    set(null);
    if (model !== null && recipe !== null) timer = setTimeout(() => void answer(model, recipe), settleMs);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
