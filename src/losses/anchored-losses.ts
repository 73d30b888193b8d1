/**
 * Pair losses that also look at each response by itself, or reshape the margin: EXO, NCA, BCO, SPPO, APO, DiscoPOP.
 * Pure functions of [batch] log-probabilities as in preference-losses.ts; each returns one loss a pair.
 */
import * as tf from '@tensorflow/tfjs';
import { logSigmoid } from './log-sigmoid';
import { logRatios, preferenceMargin } from './preference-losses';
import type { LossParameters, PairLogps } from './preference-losses';

type Beta = Pick<LossParameters, 'beta'>;

/** Implicit rewards beta a, beta b and their difference, each [batch]. */
function rewardsOf(logps: PairLogps, beta: number) {
  const { a, b } = logRatios(logps);
  const chosen = tf.mul(a, beta);
  const rejected = tf.mul(b, beta);
  return { chosen, rejected, difference: tf.sub(chosen, rejected) };
}

/**
 * EXO for pairs: the reverse KL from the policy's preference to the smoothed label,
 * s(x)(log s(x) - log(1-e)) + s(-x)(log s(-x) - log e), x = beta z (Ji et al. 2024). Needs e > 0.
 */
export function exoPairLoss(
  logps: PairLogps,
  parameters: Pick<LossParameters, 'beta' | 'labelSmoothing'>,
): tf.Tensor1D {
  const { beta, labelSmoothing } = parameters;
  const x = tf.mul(preferenceMargin(logps), beta);
  const kept = tf.mul(tf.sigmoid(x), tf.sub(logSigmoid(x), Math.log(1 - labelSmoothing)));
  const flipped = tf.mul(tf.sigmoid(tf.neg(x)), tf.sub(logSigmoid(tf.neg(x)), Math.log(labelSmoothing)));
  return tf.add(kept, flipped);
}

/** NCA for pairs: -log s(beta a) - log s(-beta a)/2 - log s(-beta b)/2 (Chen et al. 2024). */
export function ncaPairLoss(logps: PairLogps, { beta }: Beta): tf.Tensor1D {
  const { chosen, rejected } = rewardsOf(logps, beta);
  const noise = tf.add(logSigmoid(tf.neg(chosen)), logSigmoid(tf.neg(rejected)));
  return tf.neg(tf.add(logSigmoid(chosen), tf.mul(noise, 0.5)));
}

/** BCO for pairs without reward shift: -log s(beta a) - log s(-beta b) (Jung et al. 2024). */
export function bcoPairLoss(logps: PairLogps, { beta }: Beta): tf.Tensor1D {
  const { chosen, rejected } = rewardsOf(logps, beta);
  return tf.neg(tf.add(logSigmoid(chosen), logSigmoid(tf.neg(rejected))));
}

/** SPPO with hard labels: (a - 1/(2 beta))^2 + (b + 1/(2 beta))^2 (Wu et al. 2024). */
export function sppoHardLoss(logps: PairLogps, { beta }: Beta): tf.Tensor1D {
  const { a, b } = logRatios(logps);
  const target = 1 / (2 * beta);
  return tf.add(tf.square(tf.sub(a, target)), tf.square(tf.add(b, target)));
}

/** APO-zero: 1 - s(beta a) + s(beta b), raises the chosen and lowers the rejected (D'Oosterlinck et al. 2024). */
export function apoZeroLoss(logps: PairLogps, { beta }: Beta): tf.Tensor1D {
  const { chosen, rejected } = rewardsOf(logps, beta);
  return tf.add(tf.sigmoid(tf.neg(chosen)), tf.sigmoid(rejected));
}

/** APO-down: s(beta a) + 1 - s(beta z), lowers both, the rejected more (D'Oosterlinck et al. 2024). */
export function apoDownLoss(logps: PairLogps, { beta }: Beta): tf.Tensor1D {
  const { chosen, difference } = rewardsOf(logps, beta);
  return tf.add(tf.sigmoid(chosen), tf.sigmoid(tf.neg(difference)));
}

/**
 * DiscoPOP's log-ratio modulated loss: -log s(x)(1 - s(x/tau)) + exp(-x) s(x/tau), x = beta z (Lu et al. 2024).
 * The second term is exp(-x + log s(x/tau)), which stays finite where exp(-x) alone would not.
 */
export function discopopLoss(logps: PairLogps, { beta, tau }: Pick<LossParameters, 'beta' | 'tau'>): tf.Tensor1D {
  const x = tf.mul(preferenceMargin(logps), beta);
  const gate = tf.div(x, tau);
  const logistic = tf.mul(tf.neg(logSigmoid(x)), tf.sigmoid(tf.neg(gate)));
  return tf.add(logistic, tf.exp(tf.sub(logSigmoid(gate), x)));
}
