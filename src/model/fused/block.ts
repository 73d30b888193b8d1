/**
 * One transformer block on flat tokens, forward and explicit backward. Both families: pre-norm attention and feed-forward,
 * each added to the residual stream. Leaves out what is around the blocks; see head-pass.ts and pass.ts.
 */
import { backwardAttention, runAttention, runQkv } from './block-attention';
import { mapsOf, type BlockPass } from './block-parts';
import { backwardFeedForward, backwardO, runDown, runUntilUp } from './block-rows';
import { outputGradient, scatterGradients } from './read-rows';

/** From the block's input x to all it leaves for the backward pass, but not yet its output. */
function runForwardUntilDown(pass: BlockPass, layer: number, x: GPUBuffer): void {
  runQkv(pass, layer, x);
  runAttention(pass, layer);
  runUntilUp(pass, layer, x);
}

/** y = block(x). The last block's y has the rows of the tokens read alone. */
export function runBlockForward(pass: BlockPass, layer: number, x: GPUBuffer, y: GPUBuffer): void {
  runForwardUntilDown(pass, layer, x);
  runDown(pass, layer, y);
}

/** Computes again what a block that kept nothing left for its backward pass; the same dispatches, so the same numbers. */
export function recomputeBlock(pass: BlockPass, layer: number, x: GPUBuffer): void {
  runForwardUntilDown(pass, layer, x);
  // The output, which comes with the down map's low-rank states, is thrown away.
  if (mapsOf(pass, layer).down.lora) runDown(pass, layer, pass.arena.buffer('dWide'));
}

/**
 * Turns the gradient of the block's output in outputGradient() into that of its input in "dx", and adds its parameters'
 * gradients.
 * @param needsInputGradient false for the first block when nothing below it is trained
 */
export function runBlockBackward(pass: BlockPass, layer: number, x: GPUBuffer, needsInputGradient: boolean): void {
  const dx = outputGradient(pass, layer);
  backwardFeedForward(pass, layer, dx);
  backwardO(pass, layer, dx);
  backwardAttention(pass, layer, x, scatterGradients(pass, layer), needsInputGradient);
}
