/**
 * The model of a run on the engine that its recipe asks for. For the fused one: checks that it fits the budget, chooses its
 * tiles, and tests its kernels on the device before anything is computed with them.
 */
import type { Checkpoint } from '../exchange/checkpoint';
import type { ModelConfig } from '../model/config';
import { createDefinitionModel } from '../model/definition-model';
import { loadFusedModel } from '../model/fused/fused-model';
import type { LanguageModel } from '../model/language-model';
import type { Backend } from '../ops/backend';
import type { Recipe } from '../protocol/recipe';
import type { RunEngine } from '../protocol/run-state';
import type { StoredTiles } from '../storage/records';
import type { TuningStore } from '../storage/tuning-store';
import { testKernels } from './kernel-test';
import { requireRoom, type PlannedKind } from './memory-plan';
import { chooseTiles } from './tiles';

/** What a run needs to know of earlier ones, and whom it tells what it does before its first stage. */
export interface EngineParts {
  backend: Backend;
  tuning: TuningStore;
  /** Those that this run began with; null for a run that begins. */
  tiles: StoredTiles | null;
  /** What must have room; without it every stage of the recipe. */
  work?: readonly PlannedKind[];
  /** What the run does while no stage is at work; null when that is over. */
  onActivity(text: string | null): void;
  /** The engine is ready. `tiles` are for the run to keep. */
  onEngine(engine: RunEngine, tiles: StoredTiles | null): void;
}

/** @throws InputError when the model does not fit; DeviceError when a kernel gives wrong results on this GPU */
export async function createRunModel(
  { backend, tuning, tiles: kept, work, onActivity, onEngine }: EngineParts,
  recipe: Recipe,
  config: ModelConfig,
  weights: Pick<Checkpoint, 'loadWeights' | 'streamWeights'>,
): Promise<LanguageModel> {
  const { runtime, summary: adapter } = backend;
  onActivity('Loading the model');
  if (recipe.engine === 'definition') {
    const model = createDefinitionModel(config, await weights.loadWeights());
    onEngine({ name: 'definition', weights: 'fp32', tiles: null, conversion: null, selfTest: null }, null);
    return model;
  }
  requireRoom(config, recipe, work);
  const { tiles, from } = await chooseTiles({ runtime, adapter, config, recipe, kept, tuning, onActivity });
  const kind = runtime.halves === 'native' ? 'fp16, native' : 'fp16, packed';
  const budgetBytes = recipe.memoryBudgetGb * 1e9;
  const options = { software: adapter.software, tiles, budgetBytes };
  const model = await loadFusedModel(runtime, config, weights.streamWeights(), options);
  const { flushed, subnormal } = model.core.base.conversion;
  const engine = { name: 'fused', weights: kind, tiles: from, conversion: { flushed, subnormal } } as const;
  onEngine({ ...engine, selfTest: null }, tiles);
  const used = { engine: model.core.engine, weightType: model.core.base.type, config, recipe };
  const selfTest = await testKernels(used, onActivity).catch((error: unknown) => {
    model.dispose();
    throw error;
  });
  onEngine({ ...engine, selfTest }, tiles);
  return model;
}
