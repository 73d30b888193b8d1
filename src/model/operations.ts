/**
 * Floating-point operations of passes, counted from the model's shape: a multiply-add is two. Counted are the linear maps of the
 * blocks, LoRA factors, attention and the head over the vocabulary. Left out is what is under 1% of them in any model of use: norms,
 * activations, softmax, sampling, the reward head, the optimiser. test/unit/model/operations.test.ts compares with what the
 * engine's own kernels state of themselves.
 */
import type { LoraConfig } from './adapter-types';
import type { ModelConfig } from './config';
import { loraTargets, matchedTargets } from './weight-specs';

/** What is computed with: a model, and its adapters or (null) all of its weights. */
export interface OperationsOf {
  config: ModelConfig;
  lora: LoraConfig | null;
}

/** Sequences that begin alike, of which a pass computes the beginning once. Lengths in tokens; means give the mean's operations. */
export interface SequenceGroup {
  prefix: number;
  /** What follows the prefix in each sequence. */
  branches: readonly number[];
  /** Positions whose final state is read. */
  read: number;
  /** Whether the logits over the vocabulary are computed of what is read. */
  logits: boolean;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const tokensOf = ({ prefix, branches }: SequenceGroup) => prefix + sum(branches);

/** Weights of the blocks' linear maps: the model without its embedding tables, head, norms and biases. */
export function blockWeights(config: ModelConfig): number {
  return sum(loraTargets(config).map(({ inFeatures, outFeatures }) => inFeatures * outFeatures));
}

/** Values of the trained LoRA factors A [rank, in] and B [out, rank]; 0 where all weights are trained. */
export function loraFactors({ config, lora }: OperationsOf): number {
  if (!lora) return 0;
  return sum(
    matchedTargets(config, lora.targets).map(({ inFeatures, outFeatures }) => lora.rank * (inFeatures + outFeatures)),
  );
}

/** Weights that a token passes: in the last block only what is read goes on behind attention. Times tokens, of a whole group. */
function weightsTimesTokens(config: ModelConfig, group: SequenceGroup): number {
  const tokens = tokensOf(group);
  const behind = loraTargets(config).filter(
    ({ module, layer }) => layer === config.layers - 1 && !intoAttention.test(module),
  );
  const unread = tokens - group.read;
  return (
    blockWeights(config) * tokens -
    sum(behind.map(({ inFeatures, outFeatures }) => inFeatures * outFeatures)) * Math.max(0, unread)
  );
}

const intoAttention = /\.(q_proj|k_proj|v_proj|c_attn)$/;

/** Of one position's logits. */
const headRow = ({ vocabSize, hiddenSize }: ModelConfig) => 2 * vocabSize * hiddenSize;

const headOf = (config: ModelConfig, { read, logits }: SequenceGroup) => (logits ? headRow(config) * read : 0);

/** Of the scores and the weighted sum of one query over one key, in all heads and layers. */
const queryKey = ({ layers, heads, headDim }: ModelConfig) => 4 * layers * heads * headDim;

/** Causal: position i of a sequence attends to i + 1 keys, about half of a sequence's square in all. */
function attention(config: ModelConfig, { prefix, branches }: SequenceGroup): number {
  const queriesTimesKeys = prefix ** 2 / 2 + sum(branches.map((length) => length * prefix + length ** 2 / 2));
  return queryKey(config) * queriesTimesKeys;
}

/** Forward pass: 2 a weight and token (Kaplan et al. 2020, arXiv:2001.08361, table 1), attention and head on top. */
export function forwardOperations(of: OperationsOf, group: SequenceGroup): number {
  const { config } = of;
  const factors = 2 * loraFactors(of) * tokensOf(group);
  return 2 * weightsTimesTokens(config, group) + factors + attention(config, group) + headOf(config, group);
}

/**
 * Forward and backward pass. On the way back each map takes 2 a weight and token for its input's gradient and, where its weights
 * are trained, 2 more for theirs: 4 with all weights, 2 under LoRA, whose factors take 4. Attention takes 2.5 times its forward
 * pass (five products instead of two: Dao et al. 2022, arXiv:2205.14135), and the head computes its logits once more.
 * @param recomputed share of the blocks (0 to 1) that did not keep their activations and run forward again
 */
export function trainingOperations(of: OperationsOf, group: SequenceGroup, recomputed: number): number {
  const { config, lora } = of;
  const gradients = lora ? 1 : 2;
  const backward =
    2 * gradients * weightsTimesTokens(config, group) +
    4 * loraFactors(of) * tokensOf(group) +
    2.5 * attention(config, group) +
    (1 + gradients) * headOf(config, group);
  return forwardOperations(of, group) + recomputed * recomputeOperations(of, group) + backward;
}

/** Computing all blocks again; their last map's output is not needed, so it is left out unless it carries a factor. */
function recomputeOperations(of: OperationsOf, group: SequenceGroup): number {
  const { config, lora } = of;
  const isDown = (module: string) => module.endsWith('mlp.down_proj') || module.endsWith('mlp.c_proj');
  const withFactor = lora !== null && matchedTargets(config, lora.targets).some(({ module }) => isDown(module));
  const down = withFactor ? 0 : config.layers * config.intermediateSize * config.hiddenSize;
  const linear = weightsTimesTokens(config, group) + (loraFactors(of) - down) * tokensOf(group);
  return 2 * linear + attention(config, group);
}

/** Drawing `length` tokens after a prompt whose keys and values are there, one token a step. */
export function decodeOperations(of: OperationsOf, prompt: number, length: number): number {
  const { config } = of;
  const perToken = 2 * (blockWeights(config) + loraFactors(of)) + headRow(config);
  return perToken * length + queryKey(config) * (prompt * length + length ** 2 / 2);
}
