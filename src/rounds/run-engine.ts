/**
 * The model of a run on the engine that its recipe asks for. For the fused one: checks that it fits the budget, chooses its
 * tiles, and tests its kernels on the device before anything is computed with them.
 */
import type { Checkpoint } from '../exchange/checkpoint';
import type { Runtime } from '../gpu/runtime';
import type { SelfTestOptions } from '../kernels/self-test/options';
import { runSelfTest } from '../kernels/self-test/self-test';
import type { ModelConfig } from '../model/config';
import { createDefinitionModel } from '../model/definition-model';
import { loadFusedModel, type FusedModel } from '../model/fused/fused-model';
import type { LanguageModel } from '../model/language-model';
import type { Backend } from '../ops/backend';
import type { Recipe } from '../protocol/recipe';
import type { RunEngine } from '../protocol/studio';
import type { SelfTestRow } from '../protocol/system';
import type { StoredTiles } from '../storage/records';
import type { TuningStore } from '../storage/tuning-store';
import { requireRoom } from './memory-plan';
import { chooseTiles } from './tiles';

/** What a run needs to know of earlier ones, and whom it tells what it does before its first stage. */
export interface EngineParts {
  backend: Backend;
  tuning: TuningStore;
  /** Those that this run began with; null for a run that begins. */
  tiles: StoredTiles | null;
  /** What the run does while no stage is at work; null when that is over. */
  onActivity(text: string | null): void;
  /** The engine is ready. `tiles` are for the run to keep. */
  onEngine(engine: RunEngine, tiles: StoredTiles | null): void;
}

export const testingText = 'Testing every kernel on this GPU (once)';

/** @throws InputError when the model does not fit; DeviceError when a kernel gives wrong results on this GPU */
export async function createRunModel(
  { backend, tuning, tiles: kept, onActivity, onEngine }: EngineParts,
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
  requireRoom(config, recipe);
  const { tiles, from } = await chooseTiles({ runtime, adapter, config, recipe, kept, tuning, onActivity });
  const kind = runtime.halves === 'native' ? 'fp16, native' : 'fp16, packed';
  const budgetBytes = recipe.memoryBudgetGb * 1e9;
  const options = { software: adapter.software, tiles, budgetBytes };
  const model = await loadFusedModel(runtime, config, weights.streamWeights(), options);
  const { flushed, subnormal } = model.core.base.conversion;
  const engine = { name: 'fused', weights: kind, tiles: from, conversion: { flushed, subnormal } } as const;
  onEngine({ ...engine, selfTest: null }, tiles);
  const selfTest = await testKernels(model, recipe, onActivity).catch((error: unknown) => {
    model.dispose();
    throw error;
  });
  onEngine({ ...engine, selfTest }, tiles);
  return model;
}

/** What was tested on a device, by JSON of the options: its runtime goes with it. */
const tested = new WeakMap<Runtime, Map<string, SelfTestRow[]>>();

/** The self-test of src/kernels/self-test, once for a device and what is used on it. @throws DeviceError */
async function testKernels(
  model: FusedModel,
  recipe: Recipe,
  onActivity: EngineParts['onActivity'],
): Promise<SelfTestRow[]> {
  const { runtime } = model;
  const options = selfTestOptions(model, recipe);
  const key = JSON.stringify(options);
  const done = tested.get(runtime) ?? new Map<string, SelfTestRow[]>();
  tested.set(runtime, done);
  const before = done.get(key);
  if (before) return before;
  onActivity(testingText);
  const rows = await runSelfTest(runtime, options);
  done.set(key, rows);
  return rows;
}

function selfTestOptions({ config, core }: FusedModel, recipe: Recipe): SelfTestOptions {
  const { machine, attention, tiles, shuffledGradients } = core.engine;
  const isLlama = config.family === 'llama';
  const lora = recipe.parameters === 'lora';
  return {
    weightType: core.base.type,
    machine,
    attention,
    tiles,
    shuffledGradients,
    family: config.family,
    hiddenSize: config.hiddenSize,
    headDim: config.headDim,
    qkNorm: isLlama && config.qkNorm,
    bias: !isLlama || config.qkvBias || config.outputBias || config.mlpBias,
    rank: lora ? recipe.loraRank : null,
    dropout: lora && recipe.loraDropout > 0,
    full: !lora,
    generation: true,
  };
}
