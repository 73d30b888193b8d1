/**
 * A block's second half: the o map and the feed-forward, each added to the residual stream, forward and backward. Token by
 * token, so the last block computes it only for the tokens that are read; see read-rows.ts.
 */
import { activationBackward, activationForward } from '../../kernels/activation/activation';
import { blockNames } from './block-names';
import { backwardNorm, lowRank, lowRankGradient, mapsOf, runNorm, type BlockPass } from './block-parts';
import { needsInput, runMapBackward, runMapForward, runMapInputGradients } from './linear-pass';
import { gatherAttended, gatherInputs, rowsOf } from './read-rows';

const activationShape = (pass: BlockPass, layer: number) => ({
  kind: pass.config.family === 'llama' ? ('swiglu' as const) : ('gelu' as const),
  rows: rowsOf(pass, layer),
  width: pass.config.intermediateSize,
});

/** The block's "mid" and "up" from its input x and its "o". */
export function runUntilUp(pass: BlockPass, layer: number, x: GPUBuffer): void {
  const { engine, arena } = pass;
  const tokens = rowsOf(pass, layer);
  const block = arena.block(layer);
  const { o, up } = mapsOf(pass, layer);
  const normed = arena.buffer('normed');
  const inputs = gatherInputs(pass, layer, x);
  runMapForward(engine, o, {
    x: { buffer: inputs.attended },
    y: { buffer: block('mid') },
    u: lowRank(o, block, 'uO'),
    residual: { buffer: inputs.x },
    tokens,
    dropout: pass.dropout(layer, 'o'),
  });
  runNorm(pass, blockNames(pass.config, layer).feedForwardNorm, tokens, block('mid'), normed);
  runMapForward(engine, up, {
    x: { buffer: normed },
    y: { buffer: block('up') },
    u: lowRank(up, block, 'uUp'),
    tokens,
    dropout: pass.dropout(layer, 'up'),
  });
}

/** The low-rank states of the down map, and the block's output y. */
export function runDown(pass: BlockPass, layer: number, y: GPUBuffer): void {
  const { engine, arena } = pass;
  const block = arena.block(layer);
  const { down } = mapsOf(pass, layer);
  const activation = arena.buffer('activation');
  engine.runtime.run(
    activationForward(activationShape(pass, layer), { x: { buffer: block('up') }, y: { buffer: activation } }),
  );
  runMapForward(engine, down, {
    x: { buffer: activation },
    y: { buffer: y },
    u: lowRank(down, block, 'uDown'),
    residual: { buffer: block('mid') },
    tokens: rowsOf(pass, layer),
    dropout: pass.dropout(layer, 'down'),
  });
}

/** Turns dx, the gradient of the block's output, into that of "mid". */
export function backwardFeedForward(pass: BlockPass, layer: number, dx: GPUBuffer): void {
  const { engine, arena } = pass;
  const { feedForwardNorm } = blockNames(pass.config, layer);
  const tokens = rowsOf(pass, layer);
  const block = arena.block(layer);
  const { up, down } = mapsOf(pass, layer);
  const part = (name: string) => ({ buffer: arena.buffer(name) });
  const [dy, dActivation, upStates] = [{ buffer: dx }, part('activation'), { buffer: block('up') }];
  const ofDown = { tokens, du: lowRankGradient(pass, down), dropout: pass.dropout(layer, 'down') };
  const ofUp = { tokens, du: lowRankGradient(pass, up), dropout: pass.dropout(layer, 'up') };

  runMapBackward(engine, down, {
    ...ofDown,
    dy,
    dx: { buffer: dActivation, accumulate: false },
    u: lowRank(down, block, 'uDown'),
  });
  // In place: the up states become their gradient, and dActivation the activation itself where down's gradients need it.
  engine.runtime.run(
    activationBackward(activationShape(pass, layer), { dy: dActivation, x: upStates }, needsInput(down)),
  );
  if (needsInput(down)) runMapInputGradients(engine, down, { ...ofDown, x: dActivation, dy });
  runMapBackward(engine, up, {
    ...ofUp,
    dy: upStates,
    dx: { buffer: part('dWide'), accumulate: false },
    u: lowRank(up, block, 'uUp'),
  });
  if (needsInput(up)) {
    runNorm(pass, feedForwardNorm, tokens, block('mid'), arena.buffer('normed'));
    runMapInputGradients(engine, up, { ...ofUp, x: part('normed'), dy: upStates });
  }
  backwardNorm(pass, feedForwardNorm, tokens, { x: block('mid'), dy: arena.buffer('dWide'), dx });
}

/** "dWide" becomes the gradient of the o map's input, from dx, that of "mid". */
export function backwardO(pass: BlockPass, layer: number, dx: GPUBuffer): void {
  const { engine, arena } = pass;
  const { o } = mapsOf(pass, layer);
  const dy = { buffer: dx };
  const common = { tokens: rowsOf(pass, layer), du: lowRankGradient(pass, o), dropout: pass.dropout(layer, 'o') };
  runMapBackward(engine, o, {
    ...common,
    dy,
    dx: { buffer: { buffer: arena.buffer('dWide') }, accumulate: false },
    u: lowRank(o, arena.block(layer), 'uO'),
  });
  if (needsInput(o)) runMapInputGradients(engine, o, { ...common, x: { buffer: gatherAttended(pass, layer) }, dy });
}
