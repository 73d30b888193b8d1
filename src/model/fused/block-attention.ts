/**
 * A block's first half: norm, q, k and v, rotation and attention of all tokens, forward and backward. Leaves out the o map,
 * which is of block-rows.ts.
 */
import { attentionBackward, attentionForward } from '../../kernels/attention/attention';
import { ropeBackward, ropeForward, ropeNormGradient, type RopeBuffers } from '../../kernels/rope/rope';
import { blockNames } from './block-names';
import { backwardNorm, lowRank, lowRankGradient, mapsOf, runNorm, type BlockPass } from './block-parts';
import { needsInput, runMapBackward, runMapForward, runMapInputGradients } from './linear-pass';

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

/** The block's "qkv" from its input x, rotated. */
export function runQkv(pass: BlockPass, layer: number, x: GPUBuffer): void {
  const { engine, arena, tokens } = pass;
  const block = arena.block(layer);
  const { qkv } = mapsOf(pass, layer);
  const normed = arena.buffer('normed');
  const rope = ropeBuffers(pass, layer, block);
  runNorm(pass, blockNames(pass.config, layer).attentionNorm, tokens, x, normed);
  runMapForward(engine, qkv, {
    x: { buffer: normed },
    y: { buffer: rope?.norm ? block('rawQkv') : block('qkv') },
    u: lowRank(qkv, block, 'uQkv'),
    tokens,
    dropout: pass.dropout(layer, 'qkv'),
  });
  if (rope) engine.runtime.run(ropeForward(ropeShape(pass), rope));
  pass.onQkv?.(layer);
}

/** The block's "o" from its "qkv". */
export function runAttention(pass: BlockPass, layer: number): void {
  const { engine, arena } = pass;
  engine.runtime.run(attentionForward(attentionBuffers(pass, arena.block(layer)), pass.attention));
}

/**
 * Adds to "dx" [tokens, hidden] what reaches the block's input x through its attention, and to the gradients of the
 * parameters there.
 * @param gradient of "o", [tokens, heads * headDim]; may be "dWide"
 * @param needsInputGradient false where "dx" is not needed any more
 */
export function backwardAttention(
  pass: BlockPass,
  layer: number,
  x: GPUBuffer,
  gradient: GPUBuffer,
  needsInputGradient: boolean,
): void {
  const { engine, arena, tokens } = pass;
  const block = arena.block(layer);
  const { qkv } = mapsOf(pass, layer);
  const { attentionNorm } = blockNames(pass.config, layer);
  const part = (name: string) => ({ buffer: arena.buffer(name) });
  const [dQkv, du, dropout] = [part('dQkv'), lowRankGradient(pass, qkv), pass.dropout(layer, 'qkv')];

  const buffers = { ...attentionBuffers(pass, block), gradient: { buffer: gradient }, delta: part('delta') };
  engine.runAll(attentionBackward({ ...buffers, dqkv: dQkv }, pass.attention));
  backwardRope(pass, layer);
  runMapBackward(engine, qkv, {
    dy: dQkv,
    dx: needsInputGradient ? { buffer: part('dWide'), accumulate: false } : null,
    u: lowRank(qkv, block, 'uQkv'),
    du,
    tokens,
    dropout,
  });
  if (needsInput(qkv)) {
    runNorm(pass, attentionNorm, tokens, x, arena.buffer('normed'));
    runMapInputGradients(engine, qkv, { x: part('normed'), dy: dQkv, du, tokens, dropout });
  }
  if (needsInputGradient)
    backwardNorm(pass, attentionNorm, tokens, { x, dy: arena.buffer('dWide'), dx: arena.buffer('dx') });
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
