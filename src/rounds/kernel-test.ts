/**
 * The self-test of src/kernels/self-test for the engine of a run: once for a device and what is used on it when a model is
 * loaded, and again when the person asks for it. Leaves out what a kernel should compute; see the cases.
 */
import type { WeightType } from '../gpu/kernel';
import type { Runtime } from '../gpu/runtime';
import { defaultTiles } from '../kernels/matmul/choice';
import { tileFacts } from '../kernels/matmul/tiles';
import type { SelfTestOptions } from '../kernels/self-test/options';
import { runSelfTest } from '../kernels/self-test/self-test';
import type { ModelConfig } from '../model/config';
import { createEngine, type Engine } from '../model/fused/engine';
import type { Backend } from '../ops/backend';
import type { Recipe } from '../protocol/recipe';
import type { SelfTestRow } from '../protocol/system';
import type { StoredTiles } from '../storage/records';
import { usableTiles } from './tiles';

export const testingText = 'Testing every kernel on this GPU (once)';

/** A small Llama whose kernels are tested where no run has tested its own; the shape of the demo's model. */
export const smallModel: ModelConfig = {
  ...{ family: 'llama', modelType: 'llama', vocabSize: 1024, contextLength: 256 },
  ...{ hiddenSize: 128, intermediateSize: 384, layers: 4, heads: 4, kvHeads: 4, headDim: 32 },
  ...{ normEpsilon: 1e-5, ropeTheta: 10_000, ropeScaling: { type: 'default' }, tiedHead: true },
  ...{ qkvBias: false, outputBias: false, mlpBias: false, qkNorm: false },
  ...{ eosTokenIds: [0], bosTokenId: null, paddingTokenId: null },
};

/** The engine that computes, and what it computes. */
export interface TestedEngine {
  engine: Pick<Engine, 'runtime' | 'machine' | 'attention' | 'tiles' | 'shuffledGradients'>;
  weightType: WeightType;
  config: ModelConfig;
  recipe: Recipe;
}

/** What was tested on a device, by JSON of the options: its runtime goes with it. */
const tested = new WeakMap<Runtime, Map<string, SelfTestRow[]>>();

/** Tests the engine's kernels, or gives the figures of the test that this device has passed. @throws DeviceError */
export async function testKernels(job: TestedEngine, onActivity: (text: string) => void): Promise<SelfTestRow[]> {
  const before = tested.get(job.engine.runtime)?.get(JSON.stringify(selfTestOptions(job)));
  if (before) return before;
  onActivity(testingText);
  return runTest(job);
}

export interface RetestJob {
  backend: Pick<Backend, 'runtime' | 'summary'>;
  config: ModelConfig;
  recipe: Recipe;
  /** Those of the run whose engine is tested. */
  tiles: StoredTiles | null;
}

/**
 * Tests the kernels of a run's engine on this device, whether they were tested before or not. Loads no model.
 * @throws DeviceError that names the kernel; a run that starts then tests them too
 */
export function retestKernels({ backend, config, recipe, tiles }: RetestJob): Promise<SelfTestRow[]> {
  const { runtime, summary } = backend;
  const facts = tileFacts(runtime.device);
  const choice = (tiles && usableTiles(tiles, facts)) ?? defaultTiles(facts, summary.software);
  const engine = createEngine(runtime, { software: summary.software, tiles: choice });
  return runTest({ engine, weightType: runtime.halves, config, recipe });
}

async function runTest(job: TestedEngine): Promise<SelfTestRow[]> {
  const { runtime } = job.engine;
  const options = selfTestOptions(job);
  const passed = tested.get(runtime) ?? new Map<string, SelfTestRow[]>();
  tested.set(runtime, passed);
  passed.delete(JSON.stringify(options));
  const rows = await runSelfTest(runtime, options);
  passed.set(JSON.stringify(options), rows);
  return rows;
}

function selfTestOptions({ engine, weightType, config, recipe }: TestedEngine): SelfTestOptions {
  const { machine, attention, tiles, shuffledGradients } = engine;
  const isLlama = config.family === 'llama';
  const lora = recipe.parameters === 'lora';
  return {
    weightType,
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
