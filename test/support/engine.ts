/**
 * What tests of the engine share: one backend a file on lavapipe whose uncaught GPU errors fail the test, random
 * tensors, tiny random models of both families with odd sizes, and random examples of different lengths.
 */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { seededRandom } from '../../src/data/seeded-random';
import { openDevice } from '../../src/gpu/device';
import type { LoraAdapter, NamedTensor } from '../../src/model/adapter-types';
import type { Gpt2Config, LlamaConfig, ModelConfig } from '../../src/model/config';
import { initLora } from '../../src/model/lora';
import { weightSpecs } from '../../src/model/weight-specs';
import { startBackend, type Backend } from '../../src/ops/backend';
import type { EncodedPair } from '../../src/protocol/preference';
import type { StepReport, TrainingHooks } from '../../src/training/hooks';
import type { SftExample, TrainingSettings } from '../../src/training/settings';
import { openDawn } from './dawn';
import { baseSettings } from './training-settings';

export interface TestEngine {
  backend: Backend;
  /** Buffers made since the start, but those that only carry one upload and are destroyed with it. */
  buffersMade(): number;
  /** Bind groups that our own kernels' runtime made since the start; tfjs makes some for every program it runs. */
  bindGroupsMade(): number;
  /** Names of all GPU programs that were compiled. */
  programs(): string[];
}

/** Call inside a describe: a backend for its tests. After each test, an error that only the GPU reported fails it. */
export function useEngine(): () => TestEngine {
  let engine: TestEngine | undefined;
  const current = () => {
    if (!engine) throw new Error('the engine is open only while tests run');
    return engine;
  };
  beforeAll(async () => {
    engine = await openEngine();
  });
  afterEach(() => current().backend.check());
  afterAll(() => current().backend.dispose());
  return current;
}

async function openEngine(): Promise<TestEngine> {
  const studioDevice = await openDevice(openDawn('lavapipe'));
  const { device } = studioDevice;
  const [createBuffer, createBindGroup, createComputePipeline] = [
    device.createBuffer.bind(device),
    device.createBindGroup.bind(device),
    device.createComputePipeline.bind(device),
  ];
  let [buffers, bindGroups] = [0, 0];
  const programs: string[] = [];
  device.createBuffer = (descriptor) => {
    if (!(descriptor.usage & GPUBufferUsage.MAP_WRITE)) buffers++;
    return createBuffer(descriptor);
  };
  device.createBindGroup = (descriptor) => {
    // Ours are named after their kernel.
    if (descriptor.label) bindGroups++;
    return createBindGroup(descriptor);
  };
  device.createComputePipeline = (descriptor) => {
    programs.push(descriptor.label ?? '');
    return createComputePipeline(descriptor);
  };
  return {
    backend: await startBackend(studioDevice),
    buffersMade: () => buffers,
    bindGroupsMade: () => bindGroups,
    programs: () => programs,
  };
}

/** Standard normal numbers times `scale`. The same keys give the same numbers. */
export function randomTensor(shape: number[], scale: number, ...keys: (number | string)[]): NamedTensor {
  const random = seededRandom('test tensor', ...keys);
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, data: Float32Array.from({ length: size }, () => scale * gaussian()) };
}

/** max |actual - wanted| / max |wanted|; NaN where one of them is. */
export function relativeError(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (actual.length !== wanted.length) return NaN;
  let [error, largest] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(actual[i]! - wanted[i]!);
    if (Number.isNaN(difference)) return NaN;
    error = Math.max(error, difference);
    largest = Math.max(largest, Math.abs(wanted[i]!));
  }
  return largest === 0 ? error : error / largest;
}

/** Grouped queries, a head_dim that is not hidden/heads, all biases, q/k norms, a head of its own. */
export const llamaConfig: LlamaConfig = {
  family: 'llama',
  modelType: 'qwen3',
  vocabSize: 53,
  hiddenSize: 21,
  intermediateSize: 27,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 6,
  contextLength: 61,
  normEpsilon: 1e-5,
  ropeTheta: 10000,
  ropeScaling: { type: 'default' },
  qkvBias: true,
  outputBias: true,
  mlpBias: true,
  qkNorm: true,
  tiedHead: false,
  eosTokenIds: [2],
  bosTokenId: 1,
  paddingTokenId: 0,
};

/** Plain Llama: no biases, no q/k norms, tied head, three query heads a key head. */
export const tiedLlamaConfig: LlamaConfig = {
  ...llamaConfig,
  modelType: 'llama',
  heads: 3,
  kvHeads: 1,
  qkvBias: false,
  outputBias: false,
  mlpBias: false,
  qkNorm: false,
  tiedHead: true,
};

export const gpt2Config: Gpt2Config = {
  family: 'gpt2',
  modelType: 'gpt2',
  vocabSize: 47,
  hiddenSize: 21,
  intermediateSize: 35,
  layers: 2,
  heads: 3,
  headDim: 7,
  contextLength: 59,
  normEpsilon: 1e-5,
  tiedHead: true,
  eosTokenIds: [2],
  bosTokenId: null,
};

/** Random weights for every tensor of the model: matrices of variance 1/in, norms about 1, small biases. */
export function randomWeights(config: ModelConfig, seed: number): Map<string, NamedTensor> {
  return new Map(
    weightSpecs(config).map(({ name, shape }) => {
      if (shape.length === 2) return [name, randomTensor(shape, 1 / Math.sqrt(shape[1]!), seed, name)];
      const tensor = randomTensor(shape, 0.1, seed, name);
      const isNorm = /(norm|ln_\w+)\.weight$/.test(name);
      return [name, isNorm ? { shape, data: tensor.data.map((value) => 1 + value) } : tensor];
    }),
  );
}

const allTargets = {
  llama: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
  gpt2: ['c_attn', 'attn.c_proj', 'c_fc', 'mlp.c_proj'],
};

/** A LoRA adapter, by default on every linear module, whose B is random too, so that it changes the model. */
export function randomLora(
  config: ModelConfig,
  seed: number,
  scaleOfB = 0.1,
  targets = allTargets[config.family],
): LoraAdapter {
  const lora = { rank: 3, alpha: 5, dropout: 0, targets };
  const adapter = initLora(config, lora, (name) => seededRandom('test adapter', seed, name));
  for (const [name, tensor] of adapter.tensors) {
    if (name.endsWith('lora_B')) adapter.tensors.set(name, randomTensor(tensor.shape, scaleOfB, seed, name));
  }
  return adapter;
}

/** Ids from 3 on, so that none is an end token. */
export function randomIds(config: ModelConfig, length: number, ...keys: (number | string)[]): number[] {
  const random = seededRandom('test ids', ...keys);
  return Array.from({ length }, () => 3 + Math.floor(random() * (config.vocabSize - 3)));
}

/** Pairs whose prompts have 3 to 9 tokens and whose responses have `shortest` to `longest`, the end token included. */
export function randomPairs(config: ModelConfig, count: number, shortest = 2, longest = 12): EncodedPair[] {
  const random = seededRandom('test lengths', count, shortest, longest);
  const upTo = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  return Array.from({ length: count }, (_, i) => ({
    id: String(i),
    promptIds: randomIds(config, upTo(3, 9), i, 'prompt'),
    chosenIds: [...randomIds(config, upTo(shortest, longest) - 1, i, 'chosen'), config.eosTokenIds[0]!],
    rejectedIds: [...randomIds(config, upTo(shortest, longest) - 1, i, 'rejected'), config.eosTokenIds[0]!],
  }));
}

/** The pairs' prompts with their chosen responses. */
export function chosenExamples(pairs: EncodedPair[]): SftExample[] {
  return pairs.map(({ promptIds, chosenIds }) => ({ promptIds, responseIds: chosenIds }));
}

/** Settings that move a tiny model visibly in a few steps, without dropout and in the given order. */
export const plainSettings: TrainingSettings = {
  ...baseSettings,
  seed: 1,
  learningRate: 3e-3,
  weightDecay: 0.01,
  shuffle: false,
};

export const openGate = () => Promise.resolve();

/** Hooks that keep every step's report. */
export function stepRecorder(more: Partial<TrainingHooks> = {}): { hooks: TrainingHooks; steps: StepReport[] } {
  const steps: StepReport[] = [];
  return { steps, hooks: { gate: openGate, onStep: (step) => steps.push(step), ...more } };
}

/** All values of a parameter set or head, one tensor after the other. */
export function flatValues(tensors: ReadonlyMap<string, NamedTensor>): Float32Array {
  return Float32Array.from([...tensors.values()].flatMap(({ data }) => [...data]));
}
