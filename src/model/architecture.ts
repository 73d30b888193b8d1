/**
 * What the two model families have in common for the forward pass: an architecture turns a context (weights, linear
 * maps, attention) into embeddings, blocks and the final norm. llama.ts and gpt2.ts implement it.
 */
import { dispose, type Tensor } from '../ops/tensor';

/** Tensors that depend on the positions of the tokens of a batch. */
export interface Positions {
  /** int32 [length], or [batch, 1] for one new token a row. */
  ids: Tensor;
  /** Broadcast against [batch, heads, length, headDim]; absent for learned positions. */
  rope?: { cos: Tensor; sin: Tensor; rotateHalf: Tensor };
}

export interface ForwardContext {
  /** A weight by its safetensors name, from the trained full set where there is one, else from the base. */
  weight(name: string): Tensor;
  /** x W + bias plus the active adapter's LoRA term. `module` as in PEFT: "model.layers.0.self_attn.q_proj". */
  linear(x: Tensor, module: string): Tensor;
  /** Attention of layer `layer`; q [batch, heads, length, d], k and v [batch, kvHeads, length, d]; returns [batch, length, heads * d]. */
  attend(layer: number, q: Tensor, k: Tensor, v: Tensor): Tensor;
  positions: Positions;
}

export interface Architecture {
  layers: number;
  kvHeads: number;
  headDim: number;
  /** Prefix of all tensors of a block, with the final dot. */
  blockPrefix(layer: number): string;
  /** Safetensors names of matrices that are [out, in] there and [in, out] on the GPU. */
  isTransposed(name: string): boolean;
  /** Module names that have a bias. */
  hasBias(module: string): boolean;
  /** Name of the [vocabulary, hidden] matrix that makes the logits. */
  headWeight: string;
  /** int32 ids [batch, length] to [batch, length, hidden]. */
  embed(context: ForwardContext, ids: Tensor): Tensor;
  block(context: ForwardContext, layer: number, x: Tensor): Tensor;
  finalNorm(context: ForwardContext, x: Tensor): Tensor;
  /** Positions 0 .. length-1, the same for every row. */
  sequencePositions(length: number): Positions;
  /** One position a row. */
  rowPositions(positions: Int32Array): Positions;
  dispose(): void;
}

/** Disposes what an architecture made for one pass; rotateHalf is the architecture's own. */
export function disposePositions({ ids, rope }: Positions): void {
  dispose([ids, ...(rope ? [rope.cos, rope.sin] : [])]);
}
