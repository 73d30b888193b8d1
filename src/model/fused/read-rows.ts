/**
 * The last block behind its attention, for the tokens read alone: their rows gathered into the front of buffers that are idle
 * then, and gradients put back to their tokens, 0 for the others. Which tokens these are is worked out by batch-upload.ts.
 * Where all tokens are read, and in all other blocks, nothing is moved.
 */
import { gatherRows, scatterRows } from '../../kernels/rows/rows';
import { widthsOf } from './arena';
import type { BlockPass } from './block-parts';

/** The tokens read, where block `layer` computes only those behind its attention. */
const readIn = ({ config, read }: BlockPass, layer: number): number | null =>
  layer === config.layers - 1 ? read : null;

/** Rows of everything that block `layer` computes behind its attention. */
export const rowsOf = (pass: BlockPass, layer: number): number => readIn(pass, layer) ?? pass.tokens;

function gather(pass: BlockPass, read: number, width: number, x: GPUBuffer, y: GPUBuffer): GPUBuffer {
  const { engine, arena } = pass;
  const rowIndex = { buffer: arena.buffer('batch.readTokens') };
  engine.runtime.run(gatherRows({ rows: read, width }, { x: { buffer: x }, rowIndex, y: { buffer: y } }));
  return y;
}

/** The block's attention result, [rowsOf(), heads * headDim]; may be "activation". */
export function gatherAttended(pass: BlockPass, layer: number): GPUBuffer {
  const { arena, config } = pass;
  const [read, attended] = [readIn(pass, layer), arena.block(layer)('o')];
  if (read === null) return attended;
  return gather(pass, read, widthsOf(config).attended, attended, arena.buffer('activation'));
}

/** What the o map reads: the attention result, and the residual stream [rowsOf(), hidden], which may be "normed". */
export function gatherInputs(pass: BlockPass, layer: number, x: GPUBuffer): { attended: GPUBuffer; x: GPUBuffer } {
  const { arena, config } = pass;
  const attended = gatherAttended(pass, layer);
  const read = readIn(pass, layer);
  return { attended, x: read === null ? x : gather(pass, read, config.hiddenSize, x, arena.buffer('normed')) };
}

/** Where the gradient of block `layer`'s output is when its backward pass begins; for tokens read, the output's own place. */
export function outputGradient(pass: BlockPass, layer: number): GPUBuffer {
  const { arena } = pass;
  return arena.buffer(readIn(pass, layer) === null ? 'dx' : `x.${layer + 1}`);
}

/**
 * Brings the gradient of the residual stream into "dx" [tokens, hidden] and returns that of the attention result, which
 * is in "dWide", as [tokens, heads * headDim].
 */
export function scatterGradients(pass: BlockPass, layer: number): GPUBuffer {
  const { arena, config } = pass;
  const read = readIn(pass, layer);
  if (read === null) return arena.buffer('dWide');
  scatter(pass, read, config.hiddenSize, outputGradient(pass, layer), arena.buffer('dx'));
  return scatter(pass, read, widthsOf(config).attended, arena.buffer('dWide'), arena.buffer('activation'));
}

function scatter(pass: BlockPass, read: number, width: number, dy: GPUBuffer, dx: GPUBuffer): GPUBuffer {
  const { engine, arena, tokens } = pass;
  const part = (name: string) => ({ buffer: arena.buffer(name) });
  const lists = { starts: part('batch.readStarts'), members: part('batch.readMembers') };
  engine.runtime.run(
    scatterRows({ rows: tokens, members: read, width }, { ...lists, dy: { buffer: dy }, dx: { buffer: dx } }),
  );
  return dx;
}
