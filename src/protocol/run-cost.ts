/** What a run will compute, before it starts: data, steps and floating-point operations of its stages, and how fast this adapter was. Types only. */
import type { StageKind } from './run-state';

/** Mean lengths in tokens, without end tokens. For a dataset with single responses, `chosen` is the response and `rejected` 0. */
export interface MeanTokens {
  prompt: number;
  chosen: number;
  rejected: number;
  /** Measured with the model's tokenizer; from characters, at a usual number a token; or the recipe's limits, as nothing is known. */
  from: 'tokens' | 'characters' | 'limits';
}

/** Floating-point operations (a multiply-add is two) by how they run: passes over many tokens, or responses token by token. */
export interface Operations {
  passes: number;
  /** With the passes over the prompts that responses begin with. */
  generation: number;
}

export interface StageCost {
  /** As StageState has it. */
  id: string;
  kind: StageKind;
  /** Optimiser steps; null for stages that do not train. */
  steps: number | null;
  /** Responses that are sampled; null for stages that sample none. */
  responses: number | null;
  operations: Operations;
}

/** How many operations a second this adapter has shown. */
export interface Rate {
  flopsPerSecond: number;
  /** Of earlier runs with the same model, or from the matmuls that were measured when kernels were chosen. */
  from: 'runs' | 'matmuls';
}

/** null where nothing was measured yet. */
export type Speed = Record<keyof Operations, Rate | null>;

export interface RunCost {
  /** Trained by each stage that trains. */
  trainedParameters: number;
  trainPairs: number;
  /** Of the referee's half. */
  refereePairs: number;
  heldOutPairs: number;
  heldOutPrompts: number;
  /** As the counts take them: within the recipe's limits. */
  lengths: MeanTokens;
  /** In the order in which they run. */
  stages: StageCost[];
  speed: Speed;
}
