/**
 * One decode step of the fused engine: the newest token of every slot through all layers over the KV cache, to logits, to
 * the next token. Row i is slot i. At most 12 dispatches a layer. Leaves out prompts and who is in which slot; see
 * decode-session.ts.
 */
import { activationForward } from '../../kernels/activation/activation';
import { decodeAttention } from '../../kernels/decode-attention/decode-attention';
import { embed } from '../../kernels/embedding/embedding';
import type { LayerCache } from '../../kernels/kv-cache/kv-cache';
import type { CacheShape } from '../../kernels/kv-cache/layout';
import { rotateAndAppend } from '../../kernels/kv-cache/rotate-append';
import type { RowClass, TileChoice } from '../../kernels/matmul/choice';
import { normForward, type NormShape } from '../../kernels/norm/norm';
import { normDown } from '../../kernels/norm-down/norm-down';
import { sampleTokens } from '../../kernels/sampling/sampling';
import type { BufferPart, Kernel } from '../../gpu/kernel';
import type { Runtime } from '../../gpu/runtime';
import type { ModelConfig } from '../config';
import { blockNames, outerNames, type NormNames } from './block-names';
import type { Engine } from './engine';
import { normStride } from './generation-memory';
import { runLogits } from './head-pass';
import { linearMaps, type MapKey } from './layout';
import { runMapForward, type ForwardMap } from './linear-pass';
import type { MapWeights, PassWeights } from './pass-weights';

export interface SamplingChoice {
  temperature: number;
  topK: number;
  topP: number;
  repetitionPenalty: number;
}

/** What all steps of a session share. Buffers are those of generationBuffers(). */
export interface DecodePass {
  engine: Engine;
  config: ModelConfig;
  weights: PassWeights;
  /** layerMaps(): looked up once, as steps are short. */
  maps: readonly Record<MapKey, MapWeights>[];
  rope: { cos: GPUBuffer; sin: GPUBuffer } | null;
  cache: CacheShape;
  endTokens: number;
  keptTokens: number;
  sampling: SamplingChoice;
  /** decodeAttention's scratch; null where the capacity needs none. */
  parts: BufferPart | null;
  buffer(name: string): GPUBuffer;
}

/** The linear maps of all layers. */
export function layerMaps(config: ModelConfig, weights: PassWeights): Record<MapKey, MapWeights>[] {
  return Array.from({ length: config.layers }, (_, layer) => {
    const maps = linearMaps(config, layer).map((map) => [map.key, weights.map(map)]);
    return Object.fromEntries(maps) as Record<MapKey, MapWeights>;
  });
}

/**
 * The tiles for `rows` used for every number of rows: tiles differ in the last bits of their sums, and a response must not
 * depend on how many others are computed with it.
 */
export function tilesOfClass({ entries, fallback }: TileChoice, rows: RowClass): TileChoice {
  const own = Object.entries(entries).filter(([key]) => key.endsWith(`.${rows}`));
  const both = own.flatMap(([key, entry]) => {
    const kind = key.slice(0, -rows.length);
    return [`${kind}few`, `${kind}many`].map((each) => [each, entry] as const);
  });
  return { entries: Object.fromEntries(both), fallback: { few: fallback[rows], many: fallback[rows] } };
}

const part = (pass: DecodePass, name: string): BufferPart => ({ buffer: pass.buffer(`decode.${name}`) });

export const layerCache = ({ buffer }: Pick<DecodePass, 'buffer'>, layer: number): LayerCache => ({
  keys: { buffer: buffer(`cache.${layer}.keys`) },
  values: { buffer: buffer(`cache.${layer}.values`) },
});

/** Draws the next token of every running slot from its newest one. */
export function runDecodeStep(pass: DecodePass): void {
  const { engine, config, weights, cache } = pass;
  const { runtime } = engine;
  runEmbedding(pass);
  for (let layer = 0; layer < config.layers; layer++) runBlock(pass, layer);
  runNorm(pass, outerNames(config).finalNorm, 'x');
  const shape = { engine, config, weights, rows: cache.slots };
  runLogits(shape, part(pass, 'normed'), part(pass, 'logits'), 0, config.vocabSize);
  // Before sampling counts the drawn token, `lengths` is its position.
  if (config.family === 'gpt2') runtime.copy(part(pass, 'lengths'), part(pass, 'positions'), cache.slots * 4);
  runSampling(pass);
}

/** The kernels of a step, to compile them side by side before the first one. */
export function decodeKernels(pass: DecodePass): Kernel[] {
  const kernels: Kernel[] = [];
  const run: Runtime['run'] = ({ kernel }) => void kernels.push(kernel);
  const runtime: Runtime = { ...pass.engine.runtime, run, copy: () => {} };
  const runAll: Engine['runAll'] = (dispatches) => dispatches.forEach((dispatch) => run(dispatch));
  runDecodeStep({ ...pass, engine: { ...pass.engine, runtime, runAll } });
  return kernels;
}

function runEmbedding(pass: DecodePass): void {
  const { engine, config, weights, cache } = pass;
  const names = outerNames(config);
  const { matrix } = weights.matrix(names.embedding);
  const learned = names.positions === undefined ? null : weights.matrix(names.positions).matrix;
  engine.runtime.run(
    embed(
      {
        rows: cache.slots,
        width: config.hiddenSize,
        weightType: matrix.type,
        tableStride: matrix.stride,
        ...(learned && { positionStride: learned.stride }),
      },
      {
        tokens: part(pass, 'tokens'),
        table: matrix.part,
        x: part(pass, 'x'),
        ...(learned && { positions: part(pass, 'positions'), positionTable: learned.part }),
      },
    ),
  );
}

/** "x" becomes the block's output. */
function runBlock(pass: DecodePass, layer: number): void {
  const { config, engine, cache } = pass;
  const maps = pass.maps[layer]!;
  const names = blockNames(config, layer);
  const apply = (key: MapKey, x: string, y: string, more: Partial<ForwardMap> = {}) => {
    const map = maps[key];
    const u = map.lora ? part(pass, statesOf[key]) : undefined;
    runMapForward(engine, map, { x: part(pass, x), y: part(pass, y), u, tokens: cache.slots, ...more });
  };
  runNorm(pass, names.attentionNorm, 'x', { map: maps.qkv, key: 'qkv' });
  apply('qkv', 'normed', 'qkv', { uDone: true });
  runAttention(pass, layer);
  apply('o', 'o', 'mid', { residual: part(pass, 'x') });
  runNorm(pass, names.feedForwardNorm, 'mid', { map: maps.up, key: 'up' });
  apply('up', 'normed', 'up', { uDone: true });
  const kind = config.family === 'llama' ? ('swiglu' as const) : ('gelu' as const);
  const shape = { kind, rows: cache.slots, width: config.intermediateSize };
  engine.runtime.run(activationForward(shape, { x: part(pass, 'up'), y: part(pass, 'activation') }));
  apply('down', 'activation', 'x', { residual: part(pass, 'mid') });
}

/** Buffers of the low-rank states. */
const statesOf: Record<MapKey, string> = { qkv: 'uQkv', o: 'uO', up: 'uUp', down: 'uDown' };

/** "normed" = norm of buffer `from`, and the low-rank states of the map that reads it. */
function runNorm(pass: DecodePass, names: NormNames, from: string, reader?: { map: MapWeights; key: MapKey }): void {
  const { engine, config, weights, cache } = pass;
  const { weight, bias } = weights.norm(names);
  const shape: NormShape = {
    kind: config.family === 'llama' ? 'rms' : 'layer',
    rows: cache.slots,
    width: config.hiddenSize,
    epsilon: config.normEpsilon,
  };
  const buffers = { x: part(pass, from), weight, y: part(pass, 'normed'), ...(bias && { bias }) };
  const lora = reader?.map.lora;
  if (!reader || !lora) engine.runtime.run(normForward(shape, buffers));
  else engine.runtime.run(normDown(shape, lora.ranks, { ...buffers, a: lora.a, u: part(pass, statesOf[reader.key]) }));
}

/** "o" = attention of the rows in "qkv" over their slots, which take their keys and values first. */
function runAttention(pass: DecodePass, layer: number): void {
  const { engine, config, cache: shape, rope } = pass;
  const normed = blockNames(config, layer).queryNorm !== undefined;
  const common = {
    shape,
    heads: config.heads,
    rows: shape.slots,
    lengths: part(pass, 'lengths'),
    q: part(pass, 'q'),
    cache: layerCache(pass, layer),
  };
  engine.runtime.run(
    rotateAndAppend({
      ...common,
      qkv: part(pass, 'qkv'),
      rope: rope && { cos: { buffer: rope.cos }, sin: { buffer: rope.sin } },
      norm: normed ? { weights: headNorms(pass, layer), epsilon: config.normEpsilon } : null,
    }),
  );
  // The whole capacity, not the longest slot now: how the positions are split must not depend on other slots.
  const [maxLength, output] = [shape.capacity, part(pass, 'o')];
  for (const dispatch of decodeAttention({ ...common, maxLength, parts: pass.parts, output }))
    engine.runAll([dispatch]);
}

/** The q and k norm weights of a layer, side by side. */
const headNorms = (pass: DecodePass, layer: number): BufferPart => ({
  ...part(pass, 'norms'),
  offset: layer * normStride(pass.config) * 4,
  size: 2 * pass.config.headDim * 4,
});

function runSampling(pass: DecodePass): void {
  const { engine, config, cache, endTokens, keptTokens, sampling } = pass;
  engine.runtime.run(
    sampleTokens({
      slots: cache.slots,
      vocab: config.vocabSize,
      endTokens,
      capacity: keptTokens,
      settings: sampling,
      logits: part(pass, 'logits'),
      rows: part(pass, 'rows'),
      control: part(pass, 'control'),
      seen: part(pass, 'seen'),
      tokens: part(pass, 'tokens'),
      lengths: part(pass, 'lengths'),
      output: part(pass, 'output'),
    }),
  );
}
