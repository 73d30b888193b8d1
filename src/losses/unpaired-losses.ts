/**
 * Losses on single labelled responses: KTO and BCO, and the legacy paired KTO. Pure functions of [batch] log-ratios
 * (log pi - log ref, nats). Batch statistics (KL, reward shift) come in as constants: the papers stop their gradient.
 */
import * as tf from '@tensorflow/tfjs';
import { logSigmoid, stopGradient } from './log-sigmoid';
import { logRatios } from './preference-losses';
import type { LossParameters, PairLogps } from './preference-losses';

type Constant = tf.Scalar | number;

/** Losses of the two halves of a pair, each [batch]. */
export interface HalfLosses {
  chosen: tf.Tensor1D;
  rejected: tf.Tensor1D;
}

/** KTO's KL estimate: max(0, mean log-ratio) as a constant scalar. For KTO proper, of mismatched responses. */
export function klEstimate(logratios: tf.Tensor1D): tf.Scalar {
  return stopGradient(tf.relu(tf.mean(logratios) as tf.Scalar));
}

/** BCO's reward shift from one batch: the mean of all implicit rewards, as a constant scalar. TRL keeps a running mean. */
export function meanImplicitReward(logps: PairLogps, { beta }: Pick<LossParameters, 'beta'>): tf.Scalar {
  const { a, b } = logRatios(logps);
  return stopGradient(tf.mul(tf.add(tf.mean(a), tf.mean(b)), beta / 2) as tf.Scalar);
}

/** BCO: -log s(beta a - delta) and -log s(-(beta b - delta)) (Jung et al. 2024). */
export function bcoLoss(logps: PairLogps, { beta, delta }: { beta: number; delta: Constant }): HalfLosses {
  const { a, b } = logRatios(logps);
  return {
    chosen: tf.neg(logSigmoid(tf.sub(tf.mul(a, beta), delta))),
    rejected: tf.neg(logSigmoid(tf.sub(delta, tf.mul(b, beta)))),
  };
}

/** Legacy paired KTO (Archangel): 1 - s(beta (a - KL_r)) and 1 - s(beta (KL_c - b)), KL over the batch's other halves. */
export function ktoPairLoss(logps: PairLogps, { beta }: Pick<LossParameters, 'beta'>): HalfLosses {
  const { a, b } = logRatios(logps);
  return {
    chosen: tf.sigmoid(tf.mul(tf.sub(klEstimate(b), a), beta)),
    rejected: tf.sigmoid(tf.mul(tf.sub(b, klEstimate(a)), beta)),
  };
}

export interface KtoParameters {
  beta: number;
  desirableWeight: number;
  undesirableWeight: number;
  /** klEstimate of mismatched prompt-response pairs. */
  kl: Constant;
}

/**
 * KTO: w_d (1 - s(beta (x - kl))) for desirable and w_u (1 - s(beta (kl - x))) for undesirable responses
 * (Ethayarajh et al. 2024), [batch].
 * @param logratios x, [batch]
 * @param desirable 1 or 0, [batch]
 */
export function ktoLoss(logratios: tf.Tensor1D, desirable: tf.Tensor1D, parameters: KtoParameters): tf.Tensor1D {
  const { beta, desirableWeight, undesirableWeight, kl } = parameters;
  const sign = tf.sub(tf.mul(desirable, 2), 1);
  const weight = tf.add(tf.mul(desirable, desirableWeight - undesirableWeight), undesirableWeight);
  const advantage = tf.mul(tf.mul(sign, tf.sub(logratios, kl)), beta);
  return tf.mul(weight, tf.sigmoid(tf.neg(advantage)));
}
