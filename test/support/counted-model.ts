/**
 * The fused engine's passes and decode steps on any runtime without a model's data: buffers of the right sizes, the engine's
 * own code in front of them. For counting work; what it computes is meaningless.
 */
import type { Runtime } from '../../src/gpu/runtime';
import { adamwStep } from '../../src/kernels/adamw/adamw';
import { gradientNorm } from '../../src/kernels/adamw/norm';
import { cpuAttention, gpuAttention } from '../../src/kernels/attention/attention';
import { tileFor, type TileChoice } from '../../src/kernels/matmul/choice';
import type { LoraConfig, NamedTensor, ParameterSet } from '../../src/model/adapter-types';
import type { TargetSequence } from '../../src/model/batch';
import type { ModelConfig } from '../../src/model/config';
import { createArena, noRanks, ranksOf } from '../../src/model/fused/arena';
import { layerMaps, runDecodeStep, type DecodePass } from '../../src/model/fused/decode-pass';
import type { Engine } from '../../src/model/fused/engine';
import { layOutFlat } from '../../src/model/fused/flat-batch';
import { cacheShape, generationBuffers, type GenerationShape } from '../../src/model/fused/generation-memory';
import { loraLayout, weightLayout } from '../../src/model/fused/layout';
import { createFlatParameters, type FlatParameters } from '../../src/model/fused/parameters';
import { openPass, runBackward, runStates, runStatistics } from '../../src/model/fused/pass';
import { passWeights, type PassWeights } from '../../src/model/fused/pass-weights';
import { regionBytes, type BaseWeights, type Matrix } from '../../src/model/fused/weights';
import { arenaShapeFor } from '../../src/model/fused/workspace';

export interface CountedOptions {
  runtime: Runtime;
  config: ModelConfig;
  /** null: all weights are trained. */
  lora: LoraConfig | null;
  software: boolean;
  tiles: TileChoice;
}

export interface CountedPass {
  groups: TargetSequence[][];
  /** What is read: 'logps' of targets, or 'states' of each sequence's first row. */
  readout: 'logps' | 'states';
  training: boolean;
  /** Blocks that keep their activations. */
  keptBlocks: number;
}

export interface CountedModel {
  pass(work: CountedPass): void;
  /** One AdamW step on what is trained. */
  optimiserStep(): void;
  /** One token for each slot of `capacity` positions. */
  decodeStep(slots: number, capacity: number): void;
}

const matrixOf = (runtime: Runtime, label: string, shape: [number, number], bytes: number): Matrix => {
  const [rows, columns] = shape;
  return {
    part: { buffer: runtime.createBuffer('weights', label, bytes) },
    type: 'packed',
    stride: Math.ceil(columns / 8) * 8,
    rows,
    columns,
  };
};

/** Base weights as packed halves, never filled. */
function countedBase(runtime: Runtime, config: ModelConfig): BaseWeights {
  const { regions } = weightLayout(config);
  const matrices = new Map<string, Matrix>();
  const vectors = new Map<string, { buffer: GPUBuffer }>();
  for (const [key, region] of regions) {
    const bytes = regionBytes(region, 'packed');
    const [rows, columns] = region.tensors[0]!.shape;
    if (columns === undefined) vectors.set(key, { buffer: runtime.createBuffer('weights', key, bytes) });
    else {
      const allRows = region.tensors.reduce((sum, { shape }) => sum + shape[0]!, rows! - region.tensors[0]!.shape[0]!);
      matrices.set(key, matrixOf(runtime, key, [allRows, columns], bytes));
    }
  }
  return {
    type: 'packed',
    conversion: { flushed: 0, subnormal: 0 },
    matrix: (key) => matrices.get(key)!,
    vector: (key) => vectors.get(key),
    read: () => Promise.reject(new Error('internal: there are no weights')),
    dispose: () => {},
  };
}

function zeroParameters({ runtime, config, lora }: CountedOptions): FlatParameters {
  const tensors = new Map<string, NamedTensor>();
  const { regions } = lora ? loraLayout(config, lora) : weightLayout(config);
  for (const { tensors: slots } of regions.values())
    for (const { name, shape, size } of slots) tensors.set(name, { shape, data: new Float32Array(size) });
  const zeros: ParameterSet = lora ? { kind: 'lora', config: lora, tensors } : { kind: 'full', tensors };
  const set = createFlatParameters(runtime, config, zeros, 'counted');
  set.needGradient();
  return set;
}

export function createCountedModel(options: CountedOptions): CountedModel {
  const { runtime, config, lora, software, tiles } = options;
  const engine: Engine = {
    runtime,
    machine: software ? 'software' : 'gpu',
    attention: software ? cpuAttention : gpuAttention,
    tiles,
    shuffledGradients: software,
    maxFlops: tileFor(tiles, 'nn', 'f32', 1024).maxFlops,
    runAll: (dispatches) => {
      for (const dispatch of dispatches) runtime.run(dispatch);
    },
  };
  const base = countedBase(runtime, config);
  const set = zeroParameters(options);
  const table = { buffer: runtime.createBuffer('weights', 'rope', 4) };
  const rope = config.family === 'llama' ? { cos: table.buffer, sin: table.buffer } : null;
  return {
    pass: ({ groups, readout, training, keptBlocks }) => {
      const firstRows = (group: TargetSequence[]) => group.map((one) => ({ ...one, targets: [] }));
      const batch = layOutFlat(readout === 'logps' ? groups : groups.map(firstRows));
      const shape = arenaShapeFor(config, { batch, lora, training, full: lora === null, checkpointing: false });
      const arena = createArena(runtime, config, { ...shape, keptBlocks: training ? keptBlocks : 0 });
      const weights = passWeights(config, base, set, training);
      const pass = openPass({ engine, config, arena, weights, rope, batch });
      if (readout === 'logps') runStatistics(pass);
      else runStates(pass);
      if (training) runBackward(pass, readout, true);
      arena.dispose();
    },
    optimiserStep: () => optimiserStep(runtime, set),
    decodeStep: (slots, capacity) =>
      decodeStep({ engine, config, weights: passWeights(config, base, set, false), rope, lora, slots, capacity }),
  };
}

function optimiserStep(runtime: Runtime, set: FlatParameters): void {
  const { size } = set.layout;
  const part = { buffer: set.values };
  const gradients = [{ part: { buffer: set.gradient() }, count: size }];
  for (const dispatch of gradientNorm({ gradients, partials: part, state: part, maxNorm: 1 })) runtime.run(dispatch);
  const vectors = { parameters: part, gradient: part, firstMoment: part, secondMoment: part, state: part };
  const rates = { learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
  runtime.run(adamwStep({ ...vectors, count: size, step: 1, ...rates }));
}

interface DecodeWork {
  engine: Engine;
  config: ModelConfig;
  weights: PassWeights;
  rope: DecodePass['rope'];
  lora: LoraConfig | null;
  slots: number;
  capacity: number;
}

function decodeStep({ engine, config, weights, rope, lora, slots, capacity }: DecodeWork): void {
  const { runtime } = engine;
  const ranks = lora ? ranksOf(config, lora) : noRanks;
  const shape: GenerationShape = { slots, capacity, keptTokens: 16, cacheType: 'packed', ranks };
  const buffers = new Map(
    generationBuffers(config, shape).map(({ name, category, words }) => [
      name,
      runtime.createBuffer(category, name, words * 4),
    ]),
  );
  const parts = buffers.get('decode.parts');
  runDecodeStep({
    engine,
    config,
    weights,
    maps: layerMaps(config, weights),
    parts: parts ? { buffer: parts } : null,
    rope,
    cache: cacheShape(config, shape),
    endTokens: config.eosTokenIds.length,
    keptTokens: shape.keptTokens,
    sampling: { temperature: 0.9, topK: 0, topP: 1, repetitionPenalty: 1 },
    buffer: (name) => buffers.get(name)!,
  });
  for (const buffer of buffers.values()) runtime.destroyBuffer(buffer);
}
