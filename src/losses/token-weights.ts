/**
 * Corrections of a response's log-probability that need its tokens: WPO's weights and LD-DPO's length damping.
 * Pure functions of [batch, time] token log-probabilities with a 0/1 mask of real response tokens.
 */
import * as tf from '@tensorflow/tfjs';
import { stopGradient } from './log-sigmoid';

/**
 * Mean over a response's tokens of log p(token) - log sum_v p(v)^2: how close to the policy's own sampling the response
 * is (Zhou et al. 2024, WPO, sampled alignment), [batch].
 * @param tokenLogps [batch, time], nats
 * @param logSumSquares log sum_v p(v)^2 at each position, [batch, time]
 * @param mask 1 for response tokens, [batch, time]
 */
export function meanAlignedLogps(tokenLogps: tf.Tensor2D, logSumSquares: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor1D {
  const aligned = tf.mul(tf.sub(tokenLogps, logSumSquares), mask);
  return tf.div(tf.sum(aligned, 1), tf.sum(mask, 1));
}

/** WPO's weight of a pair: exp(mean aligned logp of chosen + of rejected), at most 1, a constant, [batch]. */
export function wpoWeights(chosenAligned: tf.Tensor1D, rejectedAligned: tf.Tensor1D): tf.Tensor1D {
  return stopGradient(tf.exp(tf.minimum(tf.add(chosenAligned, rejectedAligned), 0)));
}

/**
 * LD-DPO: the summed log-probability with tokens past the shorter response of the pair weighted by alpha
 * (Liu et al. 2024), [batch]. Used for policy and reference alike.
 * @param tokenLogps [batch, time], response tokens first at time 0
 * @param lengths tokens of this response, [batch]
 * @param otherLengths tokens of the pair's other response, [batch]
 */
export function ldAlphaLogps(
  tokenLogps: tf.Tensor2D,
  lengths: tf.Tensor1D,
  otherLengths: tf.Tensor1D,
  alpha: number,
): tf.Tensor1D {
  const time = tf.expandDims(tf.range(0, tokenLogps.shape[1], 1, 'float32'), 0);
  const before = (count: tf.Tensor1D) => tf.cast(tf.less(time, tf.expandDims(count, 1)), 'float32');
  const shared = before(tf.minimum(lengths, otherLengths));
  const own = before(lengths);
  const weights = tf.add(tf.mul(shared, 1 - alpha), tf.mul(own, alpha));
  return tf.sum(tf.mul(tokenLogps, weights), 1);
}
