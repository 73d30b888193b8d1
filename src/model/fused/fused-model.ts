/**
 * The fused engine's model: frozen weights in half precision, named trainable sets as flat vectors, and passes over flat
 * batches through our own kernels. Allocates when a batch is larger than all before, else never.
 */
import type { WeightType } from '../../gpu/kernel';
import type { Runtime } from '../../gpu/runtime';
import type { TileChoice } from '../../kernels/matmul/choice';
import { asVector, fromHost, takeToHost, tidy, valueAndGradients, type Tensor } from '../../ops/tensor';
import type { NamedTensor } from '../adapter-types';
import type { TargetSequence } from '../batch';
import type { ModelConfig } from '../config';
import type {
  Inspection,
  ModelPasses,
  PassRequest,
  SequenceFigures,
  TrainingOutcome,
  TrainingRequest,
} from '../language-model';
import { weightSpecs } from '../weight-specs';
import type { WeightStream } from '../weight-stream';
import { createEngine, type Engine } from './engine';
import { layOutFlat, type FlatBatch } from './flat-batch';
import { runLogits } from './head-pass';
import { createFlatParameters, type FlatParameters } from './parameters';
import { openPass, runBackward, runStates, runStatistics, type OpenPass } from './pass';
import { passWeights, type PassWeights } from './pass-weights';
import { createRopeTables } from './rope-tables';
import { streamBase, uploadBase, type BaseWeights, type WeightSource } from './weights';
import { createWorkspace, type Workspace } from './workspace';

export interface FusedModel extends ModelPasses {
  readonly engine: 'fused';
  readonly runtime: Runtime;
  readonly core: FusedCore;
  parameters(name: string): FlatParameters;
}

/** What generation needs besides passes. */
export interface FusedCore {
  readonly config: ModelConfig;
  readonly engine: Engine;
  readonly base: BaseWeights;
  readonly workspace: Workspace;
  weights(parameters: string | null, train: boolean): PassWeights;
  /** Uploads a batch and opens a pass over it in the workspace's arena. */
  open(request: PassRequest, options: OpenOptions): OpenPass;
  /** cos and sin tables for positions below `length`; null for learned positions. */
  rope(length: number): { cos: GPUBuffer; sin: GPUBuffer } | null;
}

export interface OpenOptions {
  training: boolean;
  /** Recompute every block. */
  checkpointing?: boolean;
  dropout?: TrainingRequest['dropout'];
}

export interface FusedModelOptions {
  /** The adapter computes on the CPU. */
  software: boolean;
  /** How base weights are kept: the runtime's halves when absent. */
  weightType?: WeightType;
  tiles?: TileChoice;
  /** Bytes of GPU memory that all of the engine may take; decides how many blocks keep their activations. */
  budgetBytes?: number;
  /** False computes every sequence on its own; for comparison. */
  sharePrefixes?: boolean;
}

/** Puts a model that is on the host on the GPU. @throws InputError for a weight beyond fp16's range */
export function createFusedModel(
  runtime: Runtime,
  config: ModelConfig,
  source: WeightSource,
  options: FusedModelOptions,
): FusedModel {
  return modelOn(runtime, config, uploadBase(runtime, config, source, weightType(runtime, options)), options);
}

/** Puts a model on the GPU piece by piece. @throws InputError for a weight beyond fp16's range, or what the stream throws */
export async function loadFusedModel(
  runtime: Runtime,
  config: ModelConfig,
  stream: WeightStream,
  options: FusedModelOptions,
): Promise<FusedModel> {
  return modelOn(runtime, config, await streamBase(runtime, config, stream, weightType(runtime, options)), options);
}

const weightType = ({ halves }: Runtime, options: FusedModelOptions): WeightType => options.weightType ?? halves;

function modelOn(runtime: Runtime, config: ModelConfig, weights: BaseWeights, options: FusedModelOptions): FusedModel {
  const core = createCore(runtime, config, weights, options);
  const { base, workspace, sets } = core;
  const parameters = (name: string): FlatParameters => core.set(name);
  const removeParameters = (name: string) => {
    sets.get(name)?.dispose();
    sets.delete(name);
  };
  return {
    engine: 'fused',
    runtime,
    core,
    config,
    parameters,
    addParameters: (name, set) => {
      removeParameters(name);
      sets.set(name, createFlatParameters(runtime, config, set, name));
    },
    removeParameters,
    hasParameters: (name) => sets.has(name),
    readParameters: (name) => parameters(name).read(),
    baseWeights: async () => {
      const tensors = new Map<string, NamedTensor>();
      for (const { name } of weightSpecs(config)) tensors.set(name, await base.read(name));
      return { kind: 'full', tensors };
    },
    figures: async (request) => {
      const pass = core.open(request, { training: false });
      runStatistics(pass);
      return readFigures(pass, request.groups.flat());
    },
    targetLogps: async (request) => {
      const pass = core.open(request, { training: false });
      runStatistics(pass);
      return readTargetLogps(pass, request.groups.flat());
    },
    states: async ({ groups, parameters: name }) => {
      const pass = core.open({ groups: groups.map(firstRows), parameters: name }, { training: false });
      runStates(pass);
      return readStates(pass);
    },
    train: (request) => train(core, request),
    nextTokenLogits: (name, prompts) => nextTokenLogits(core, name, prompts),
    inspect: (name, ids) => inspect(core, name, ids),
    releaseWorkspace: () => {
      workspace.release();
      core.disposeRope();
    },
    dispose: () => {
      for (const name of sets.keys()) removeParameters(name);
      workspace.release();
      core.disposeRope();
      base.dispose();
    },
  };
}

function createCore(runtime: Runtime, config: ModelConfig, base: BaseWeights, options: FusedModelOptions) {
  const { software, tiles, budgetBytes = Infinity, sharePrefixes = true } = options;
  const engine = createEngine(runtime, { software, tiles });
  const workspace = createWorkspace(runtime, config, budgetBytes);
  const rope = createRopeTables(runtime, config);
  const sets = new Map<string, FlatParameters>();
  const set = (name: string): FlatParameters => {
    const found = sets.get(name);
    if (!found)
      throw new Error(`internal: no parameter set "${name}"; there are: ${[...sets.keys()].join(', ') || 'none'}`);
    return found;
  };
  const weights = (name: string | null, train: boolean) =>
    passWeights(config, base, name === null ? null : set(name), train);
  return {
    config,
    engine,
    base,
    workspace,
    sets,
    set,
    weights,
    rope: rope.upTo,
    disposeRope: rope.dispose,
    open: (
      { groups, parameters }: PassRequest,
      { training, checkpointing = false, dropout }: OpenOptions,
    ): OpenPass => {
      const batch = layOutFlat(groups, sharePrefixes);
      const active = parameters === null ? null : set(parameters);
      if (training) active?.needGradient();
      const opened = weights(parameters, training);
      // Before the arena, which takes what the budget leaves.
      const tables = rope.upTo(batch.longest);
      const arena = workspace.arena({ batch, lora: active?.lora ?? null, training, full: opened.full, checkpointing });
      checkLength(batch, config);
      return openPass({ engine, config, arena, weights: opened, rope: tables, batch, dropout });
    },
  } satisfies FusedCore & Record<string, unknown>;
}

function checkLength(batch: FlatBatch, { contextLength }: ModelConfig): void {
  if (batch.longest > contextLength)
    throw new Error(`internal: a sequence of ${batch.longest} tokens in a context of ${contextLength}`);
}

/** Only the first row that each sequence reads. */
function firstRows(group: readonly TargetSequence[]): TargetSequence[] {
  return group.map(({ ids, targetFrom }) => ({ ids, targetFrom, targets: [] }));
}

/** [rows, 3] as the head's kernel writes them; a sequence without targets takes a row too. */
const readStatistics = async ({ engine, arena, rows }: OpenPass): Promise<Float32Array> =>
  new Float32Array(await engine.runtime.read(arena.buffer('head.statistics'), 0, rows * 12));

async function readTargetLogps(pass: OpenPass, sequences: readonly TargetSequence[]): Promise<Float32Array[]> {
  const values = await readStatistics(pass);
  let row = 0;
  return sequences.map(({ targets }) => {
    const logps = Float32Array.from(targets, (_, i) => values[3 * (row + i)]!);
    row += Math.max(targets.length, 1);
    return logps;
  });
}

/** Sums of each sequence, added in float64. */
async function readFigures(pass: OpenPass, sequences: readonly TargetSequence[]): Promise<SequenceFigures[]> {
  const values = await readStatistics(pass);
  let row = 0;
  return sequences.map(({ targets }) => {
    const figures: SequenceFigures = { logp: 0, entropy: 0, correct: 0, count: targets.length };
    for (let i = 0; i < Math.max(targets.length, 1); i++, row++) {
      if (targets.length === 0) continue;
      figures.logp += values[3 * row]!;
      figures.entropy += values[3 * row + 1]!;
      figures.correct += values[3 * row + 2]!;
    }
    return figures;
  });
}

/** The final-norm states of all rows, as a tensor for small tfjs losses. */
async function readStates({ engine, arena, rows, config }: OpenPass): Promise<Tensor> {
  const bytes = rows * config.hiddenSize * 4;
  const values = new Float32Array(await engine.runtime.read(arena.buffer('head.normed'), 0, bytes));
  return fromHost(values, [rows, config.hiddenSize]);
}

/** The loss is a small tfjs function of what the forward pass gives; its gradient goes back down. */
async function train(core: FusedCore, request: TrainingRequest): Promise<TrainingOutcome> {
  const {
    groups,
    parameters,
    trainParameters,
    extra = new Map<string, Tensor>(),
    objective,
    checkpointing,
    dropout,
  } = request;
  const read = objective.readout === 'logps' ? groups : groups.map(firstRows);
  const pass = core.open(
    { groups: read, parameters },
    { training: trainParameters && parameters !== null, checkpointing, dropout },
  );
  const { runtime } = core.engine;
  let figures: SequenceFigures[] = [];
  let input: Tensor;
  if (objective.readout === 'logps') {
    runStatistics(pass);
    figures = await readFigures(pass, read.flat());
    const logps = Float32Array.from(figures, ({ logp }) => logp);
    input = tidy(() => asVector(fromHost(logps, [figures.length])));
  } else {
    runStates(pass);
    input = await readStates(pass);
  }
  const leaf = input;
  const { value, gradients } = valueAndGradients(
    () => (objective.readout === 'logps' ? objective.loss(asVector(leaf)) : objective.loss(leaf)),
    [leaf, ...extra.values()],
  );
  const [loss] = await takeToHost(value);
  const upstream = await takeToHost(gradients[0]!);
  leaf.dispose();
  if (trainParameters && parameters !== null) {
    const target = objective.readout === 'logps' ? 'batch.upstream' : 'head.dNormed';
    runtime.write(pass.arena.buffer(target), upstream);
    runBackward(pass, objective.readout, true);
    runtime.submit();
  }
  return { loss: loss!, figures, gradients: new Map([...extra.keys()].map((name, i) => [name, gradients[i + 1]!])) };
}

async function nextTokenLogits(
  core: FusedCore,
  parameters: string | null,
  prompts: number[][],
): Promise<Float32Array[]> {
  const groups = prompts.map((ids) => [{ ids, targetFrom: ids.length - 1, targets: [] }]);
  const pass = core.open({ groups, parameters }, { training: false });
  runStates(pass);
  return readAllLogits(pass);
}

/** Logits of every row over the whole vocabulary; for few rows. */
async function readAllLogits(pass: OpenPass): Promise<Float32Array[]> {
  const { engine, config, arena, rows } = pass;
  const { runtime } = engine;
  const width = config.vocabSize;
  const logits = runtime.createBuffer('scratch', 'all logits', rows * width * 4);
  try {
    runLogits(pass, { buffer: arena.buffer('head.normed') }, { buffer: logits }, 0, width);
    const values = new Float32Array(await runtime.read(logits, 0, rows * width * 4));
    return Array.from({ length: rows }, (_, row) => values.subarray(row * width, (row + 1) * width));
  } finally {
    runtime.destroyBuffer(logits);
  }
}

async function inspect(core: FusedCore, parameters: string | null, ids: number[]): Promise<Inspection> {
  const { config, engine } = core;
  const { runtime } = engine;
  const everyPosition = { ids, targetFrom: 0, targets: ids };
  const pass = core.open({ groups: [[everyPosition]], parameters }, { training: false });
  const bytes = ids.length * config.hiddenSize * 4;
  const copies: GPUBuffer[] = [];
  runStates(pass, (state) => {
    const copy = runtime.createBuffer('scratch', 'inspected state', bytes);
    runtime.copy({ buffer: state }, { buffer: copy }, bytes);
    copies.push(copy);
  });
  try {
    const hidden: Float32Array[] = [];
    for (const copy of copies.slice(0, -1)) hidden.push(new Float32Array(await runtime.read(copy, 0, bytes)));
    hidden.push(new Float32Array(await runtime.read(pass.arena.buffer('head.normed'), 0, bytes)));
    const rows = await readAllLogits(pass);
    const logits = new Float32Array(ids.length * config.vocabSize);
    rows.forEach((row, i) => logits.set(row, i * config.vocabSize));
    return { hidden, logits };
  } finally {
    for (const copy of copies) runtime.destroyBuffer(copy);
  }
}
