/** What the stages of a recipe take of GPU memory, as it is planned. Types only. */
import type { MemoryByCategory, StageKind } from './run-state';

/** What the fused engine will take of the GPU's memory, before anything is loaded. */
export interface MemoryPlan {
  budgetBytes: number;
  /** The largest batch of each kind of stage, in the order in which they run. */
  stages: PlannedStage[];
  /** Blocks of the model. */
  blocks: number;
  /** What to change when a stage does not fit the budget; null when all fit. */
  refusal: string | null;
}

export interface PlannedStage {
  kind: StageKind;
  bytes: number;
  byCategory: MemoryByCategory;
  /** Blocks that keep their activations for the backward pass, the others compute them again; null without one. */
  keptBlocks: number | null;
}
