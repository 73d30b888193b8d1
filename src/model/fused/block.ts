/**
 * One transformer block on flat tokens, forward and explicit backward. Both families: pre-norm attention and feed-forward,
 * each added to the residual stream. Leaves out what is around the blocks; see head-pass.ts and pass.ts.
 */
import { activationBackward, activationForward } from '../../kernels/activation/activation';
import { attentionBackward, attentionForward, type AttentionPlan } from '../../kernels/attention/attention';
import { normBackward, normForward, type NormShape } from '../../kernels/norm/norm';
import { normWeightGradient } from '../../kernels/norm/weight-gradient';
import type { DropoutValues } from '../../kernels/random/philox';
import { ropeBackward, ropeForward, ropeNormGradient, type RopeBuffers } from '../../kernels/rope/rope';
import type { ModelConfig } from '../config';
import type { Arena } from './arena';
import { blockNames, type NormNames } from './block-names';
import type { Engine } from './engine';
import { linearMaps, type MapKey } from './layout';
import { needsInput, runMapBackward, runMapForward, runMapInputGradients } from './linear-pass';
import type { MapWeights, PassWeights } from './pass-weights';

/** What all blocks of a pass share. */
export interface BlockPass {
  engine: Engine;
  config: ModelConfig;
  arena: Arena;
  weights: PassWeights;
  tokens: number;
  attention: AttentionPlan;
  /** Tables [positions, headDim]; null for learned positions. */
  rope: { cos: GPUBuffer; sin: GPUBuffer } | null;
  /** Dropout of a map's LoRA input. */
  dropout(layer: number, key: MapKey): DropoutValues | undefined;
  /** Called in a forward pass when the block's "qkv" holds the layer's q, k and v, rotated; generation keeps k and v. */
  onQkv?(layer: number): void;
}

const mapKeys: readonly MapKey[] = ['qkv', 'o', 'up', 'down'];

function mapsOf({ config, weights }: BlockPass, layer: number): Record<MapKey, MapWeights> {
  const maps = linearMaps(config, layer).map((map, i) => [mapKeys[i]!, weights.map(map)]);
  return Object.fromEntries(maps) as Record<MapKey, MapWeights>;
}

const normShape = ({ config, tokens }: BlockPass): NormShape => ({
  kind: config.family === 'llama' ? 'rms' : 'layer',
  rows: tokens,
  width: config.hiddenSize,
  epsilon: config.normEpsilon,
});

const activationShape = ({ config, tokens }: BlockPass) => ({
  kind: config.family === 'llama' ? ('swiglu' as const) : ('gelu' as const),
  rows: tokens,
  width: config.intermediateSize,
});

function runNorm(pass: BlockPass, names: NormNames, x: GPUBuffer, y: GPUBuffer): void {
  const { weight, bias } = pass.weights.norm(names);
  pass.engine.runtime.run(
    normForward(normShape(pass), { x: { buffer: x }, weight, y: { buffer: y }, ...(bias && { bias }) }),
  );
}

/** The low-rank states of a map, where it has LoRA pairs. */
const lowRank = (map: MapWeights, block: (name: string) => GPUBuffer, name: string) =>
  map.lora ? { buffer: block(name) } : undefined;

function ropeBuffers(pass: BlockPass, layer: number, block: (name: string) => GPUBuffer): RopeBuffers | null {
  const { rope, arena, weights, config } = pass;
  if (!rope) return null;
  const { queryNorm, keyNorm } = blockNames(config, layer);
  return {
    qkv: { buffer: block('qkv') },
    positions: { buffer: arena.buffer('batch.positions') },
    cos: { buffer: rope.cos },
    sin: { buffer: rope.sin },
    ...(queryNorm !== undefined &&
      keyNorm !== undefined && {
        norm: {
          raw: { buffer: block('rawQkv') },
          query: weights.vector(queryNorm).values,
          key: weights.vector(keyNorm).values,
        },
      }),
  };
}

const ropeShape = ({ config, tokens }: BlockPass) => ({
  tokens,
  heads: config.heads,
  kvHeads: config.family === 'llama' ? config.kvHeads : config.heads,
  headDim: config.headDim,
  epsilon: config.normEpsilon,
});

function attentionBuffers({ arena }: BlockPass, block: (name: string) => GPUBuffer) {
  return {
    qkv: { buffer: block('qkv') },
    spans: { buffer: arena.buffer('batch.spans') },
    tiles: { buffer: arena.buffer('batch.tiles') },
    o: { buffer: block('o') },
    lse: { buffer: block('lse') },
  };
}

/** From the block's input x to all it leaves for the backward pass, but not yet its output. */
function runForwardUntilDown(pass: BlockPass, layer: number, x: GPUBuffer): void {
  const { engine, arena, tokens } = pass;
  const { runtime } = engine;
  const block = arena.block(layer);
  const maps = mapsOf(pass, layer);
  const names = blockNames(pass.config, layer);
  const normed = arena.buffer('normed');
  const dropout = (key: MapKey) => pass.dropout(layer, key);
  const rope = ropeBuffers(pass, layer, block);

  runNorm(pass, names.attentionNorm, x, normed);
  runMapForward(engine, maps.qkv, {
    x: { buffer: normed },
    y: { buffer: rope?.norm ? block('rawQkv') : block('qkv') },
    u: lowRank(maps.qkv, block, 'uQkv'),
    tokens,
    dropout: dropout('qkv'),
  });
  if (rope) runtime.run(ropeForward(ropeShape(pass), rope));
  pass.onQkv?.(layer);
  runtime.run(attentionForward(attentionBuffers(pass, block), pass.attention));
  runMapForward(engine, maps.o, {
    x: { buffer: block('o') },
    y: { buffer: block('mid') },
    u: lowRank(maps.o, block, 'uO'),
    residual: { buffer: x },
    tokens,
    dropout: dropout('o'),
  });
  runNorm(pass, names.feedForwardNorm, block('mid'), normed);
  runMapForward(engine, maps.up, {
    x: { buffer: normed },
    y: { buffer: block('up') },
    u: lowRank(maps.up, block, 'uUp'),
    tokens,
    dropout: dropout('up'),
  });
}

/** The low-rank states of the down map and, where asked for, the block's output y. */
function runDown(pass: BlockPass, layer: number, y: GPUBuffer): void {
  const { engine, arena, tokens } = pass;
  const block = arena.block(layer);
  const { down } = mapsOf(pass, layer);
  const activation = arena.buffer('activation');
  engine.runtime.run(
    activationForward(activationShape(pass), { x: { buffer: block('up') }, y: { buffer: activation } }),
  );
  runMapForward(engine, down, {
    x: { buffer: activation },
    y: { buffer: y },
    u: lowRank(down, block, 'uDown'),
    residual: { buffer: block('mid') },
    tokens,
    dropout: pass.dropout(layer, 'down'),
  });
}

/** y = block(x). */
export function runBlockForward(pass: BlockPass, layer: number, x: GPUBuffer, y: GPUBuffer): void {
  runForwardUntilDown(pass, layer, x);
  runDown(pass, layer, y);
}

/**
 * Computes again what a block that kept nothing left for its backward pass; the same dispatches, so the same numbers.
 * @param scratch [tokens, hidden], for the output that only the down map's low-rank states come with
 */
export function recomputeBlock(pass: BlockPass, layer: number, x: GPUBuffer, scratch: GPUBuffer): void {
  runForwardUntilDown(pass, layer, x);
  if (mapsOf(pass, layer).down.lora) runDown(pass, layer, scratch);
}

/**
 * Turns the gradient of the block's output in arena buffer "dx" into that of its input, and adds its parameters' gradients.
 * @param needsInputGradient false for the first block when nothing below it is trained
 */
export function runBlockBackward(pass: BlockPass, layer: number, x: GPUBuffer, needsInputGradient: boolean): void {
  const maps = mapsOf(pass, layer);
  backwardFeedForward(pass, layer, maps);
  backwardAttention(pass, layer, maps, x, needsInputGradient);
}

function backwardFeedForward(pass: BlockPass, layer: number, { up, down }: Record<MapKey, MapWeights>): void {
  const { engine, arena, tokens } = pass;
  const { runtime } = engine;
  const block = arena.block(layer);
  const names = blockNames(pass.config, layer);
  const part = (name: string) => ({ buffer: arena.buffer(name) });
  const [dx, dActivation, upStates] = [part('dx'), part('activation'), { buffer: block('up') }];
  const duOf = (map: MapWeights) => (map.lora ? part('dU') : null);

  runMapBackward(engine, down, {
    dy: dx,
    dx: { buffer: dActivation, accumulate: false },
    u: lowRank(down, block, 'uDown'),
    du: duOf(down),
    tokens,
    dropout: pass.dropout(layer, 'down'),
  });
  // In place: the up states become their gradient, and dActivation the activation itself where down's gradients need it.
  runtime.run(activationBackward(activationShape(pass), { dy: dActivation, x: upStates }, needsInput(down)));
  if (needsInput(down)) {
    const dropout = pass.dropout(layer, 'down');
    runMapInputGradients(engine, down, { x: dActivation, dy: dx, du: duOf(down), tokens, dropout });
  }
  const dNormed = part('dWide');
  runMapBackward(engine, up, {
    dy: upStates,
    dx: { buffer: dNormed, accumulate: false },
    u: lowRank(up, block, 'uUp'),
    du: duOf(up),
    tokens,
    dropout: pass.dropout(layer, 'up'),
  });
  if (needsInput(up)) {
    runNorm(pass, names.feedForwardNorm, block('mid'), arena.buffer('normed'));
    const dropout = pass.dropout(layer, 'up');
    runMapInputGradients(engine, up, { x: part('normed'), dy: upStates, du: duOf(up), tokens, dropout });
  }
  backwardNorm(pass, names.feedForwardNorm, block('mid'), arena.buffer('dWide'), arena.buffer('dx'));
}

function backwardAttention(
  pass: BlockPass,
  layer: number,
  { qkv, o }: Record<MapKey, MapWeights>,
  x: GPUBuffer,
  needsInputGradient: boolean,
): void {
  const { engine, arena, tokens } = pass;
  const block = arena.block(layer);
  const names = blockNames(pass.config, layer);
  const part = (name: string) => ({ buffer: arena.buffer(name) });
  const [dx, dAttended, dQkv] = [part('dx'), part('dWide'), part('dQkv')];
  const duOf = (map: MapWeights) => (map.lora ? part('dU') : null);

  runMapBackward(engine, o, {
    dy: dx,
    dx: { buffer: dAttended, accumulate: false },
    u: lowRank(o, block, 'uO'),
    du: duOf(o),
    tokens,
    dropout: pass.dropout(layer, 'o'),
  });
  if (needsInput(o)) {
    const dropout = pass.dropout(layer, 'o');
    runMapInputGradients(engine, o, { x: { buffer: block('o') }, dy: dx, du: duOf(o), tokens, dropout });
  }
  const buffers = attentionBuffers(pass, block);
  engine.runAll(
    attentionBackward({ ...buffers, gradient: dAttended, delta: part('delta'), dqkv: dQkv }, pass.attention),
  );
  backwardRope(pass, layer);
  if (needsInput(qkv)) runNorm(pass, names.attentionNorm, x, arena.buffer('normed'));
  runMapBackward(engine, qkv, {
    dy: dQkv,
    dx: needsInputGradient ? { buffer: part('dWide'), accumulate: false } : null,
    u: lowRank(qkv, block, 'uQkv'),
    du: duOf(qkv),
    tokens,
    dropout: pass.dropout(layer, 'qkv'),
  });
  if (needsInput(qkv)) {
    const dropout = pass.dropout(layer, 'qkv');
    runMapInputGradients(engine, qkv, { x: part('normed'), dy: dQkv, du: duOf(qkv), tokens, dropout });
  }
  if (needsInputGradient) backwardNorm(pass, names.attentionNorm, x, arena.buffer('dWide'), arena.buffer('dx'));
}

function backwardRope(pass: BlockPass, layer: number): void {
  const { engine, arena, weights, config } = pass;
  const rope = ropeBuffers(pass, layer, arena.block(layer));
  if (!rope) return;
  const dqkv = { buffer: arena.buffer('dQkv') };
  const { queryNorm, keyNorm } = blockNames(config, layer);
  const gradients = {
    query: queryNorm === undefined ? null : weights.vector(queryNorm).gradient,
    key: keyNorm === undefined ? null : weights.vector(keyNorm).gradient,
  };
  if (gradients.query && gradients.key) {
    const partial = { buffer: arena.buffer('normPartial') };
    const both = { query: gradients.query, key: gradients.key };
    engine.runAll(ropeNormGradient(ropeShape(pass), { ...rope, dqkv, partial, gradient: both }));
  }
  engine.runtime.run(ropeBackward(ropeShape(pass), { ...rope, dqkv }));
}

/** dx += norm backward of dy, and in full training the norm's own gradients. */
function backwardNorm(pass: BlockPass, names: NormNames, x: GPUBuffer, dy: GPUBuffer, dx: GPUBuffer): void {
  const { engine, arena, weights } = pass;
  const { weight, gradient } = weights.norm(names);
  const shape = normShape(pass);
  const statistics = gradient ? { statistics: { buffer: arena.buffer('statistics') } } : {};
  engine.runtime.run(
    normBackward(shape, { x: { buffer: x }, weight, dy: { buffer: dy }, dx: { buffer: dx }, ...statistics }),
  );
  if (!gradient) return;
  engine.runAll(
    normWeightGradient(shape, {
      x: { buffer: x },
      dy: { buffer: dy },
      statistics: { buffer: arena.buffer('statistics') },
      partial: { buffer: arena.buffer('normPartial') },
      dWeight: gradient.weight,
      ...(gradient.bias && { dBias: gradient.bias }),
    }),
  );
}
