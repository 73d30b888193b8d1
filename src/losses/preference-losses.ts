/**
 * DPO and its closest relatives: losses of the margin z between policy and reference on a preference pair.
 * Pure functions of [batch] summed log-probabilities (nats), differentiable by tfjs; each returns one loss a pair.
 * Leaves out batch means, token-level terms and metrics.
 */
import * as tf from '@tensorflow/tfjs';
import { logSigmoid } from './log-sigmoid';

/** Summed response log-probabilities of policy and reference, each [batch], in nats. */
export interface PairLogps {
  chosenLogps: tf.Tensor1D;
  rejectedLogps: tf.Tensor1D;
  referenceChosenLogps: tf.Tensor1D;
  referenceRejectedLogps: tf.Tensor1D;
}

/** PairLogps with the number of response tokens, end token included, each [batch]. */
export interface PairInputs extends PairLogps {
  chosenLengths: tf.Tensor1D;
  rejectedLengths: tf.Tensor1D;
}

/** Every number a pair loss may take; each loss picks those it uses. */
export interface LossParameters {
  /** Strength of the pull towards the reference; the scale of the log-ratios. */
  beta: number;
  /** Assumed share of flipped labels, in [0, 0.5). */
  labelSmoothing: number;
  /** Temperature of DiscoPOP's gate (0.05 in the paper). */
  tau: number;
  /** SimPO's target margin, already multiplied by beta. */
  gamma: number;
  /** Order of the alpha divergence, not 0. */
  alpha: number;
}

/** Log-ratios of policy to reference: a = log pi(y_w)/ref(y_w) and b = log pi(y_l)/ref(y_l), each [batch]. */
export function logRatios(logps: PairLogps): { a: tf.Tensor1D; b: tf.Tensor1D } {
  return {
    a: tf.sub(logps.chosenLogps, logps.referenceChosenLogps),
    b: tf.sub(logps.rejectedLogps, logps.referenceRejectedLogps),
  };
}

/** z = a - b, [batch]: how much more than the reference the policy prefers the chosen response, in nats. */
export function preferenceMargin(logps: PairLogps): tf.Tensor1D {
  const { a, b } = logRatios(logps);
  return tf.sub(a, b);
}

/** Implicit rewards beta * (log pi - log ref), each [batch] (Rafailov et al. 2023, without the partition term). */
export function implicitRewards(logps: PairLogps, beta: number): { chosen: tf.Tensor1D; rejected: tf.Tensor1D } {
  const { a, b } = logRatios(logps);
  return { chosen: tf.mul(a, beta), rejected: tf.mul(b, beta) };
}

/** -(1-e) log s(x) - e log s(-x), the cross-entropy of "x says chosen" when a share e of the labels is flipped. */
export function smoothedLogisticLoss(x: tf.Tensor1D, labelSmoothing: number): tf.Tensor1D {
  const right = tf.neg(logSigmoid(x));
  if (labelSmoothing === 0) return right;
  const flipped = tf.neg(logSigmoid(tf.neg(x)));
  return tf.add(tf.mul(right, 1 - labelSmoothing), tf.mul(flipped, labelSmoothing));
}

/**
 * DPO: -(1-e) log s(beta z) - e log s(-beta z), [batch] (Rafailov et al. 2023, eq. 7; with e > 0 the conservative
 * DPO of Mitchell 2023). ln 2 where policy and reference agree.
 */
export function dpoLoss(logps: PairLogps, parameters: Pick<LossParameters, 'beta' | 'labelSmoothing'>): tf.Tensor1D {
  return smoothedLogisticLoss(tf.mul(preferenceMargin(logps), parameters.beta), parameters.labelSmoothing);
}

/** Robust DPO: [-(1-e) log s(beta z) + e log s(-beta z)] / (1 - 2e) (Chowdhury et al. 2024). */
export function robustLoss(logps: PairLogps, parameters: Pick<LossParameters, 'beta' | 'labelSmoothing'>): tf.Tensor1D {
  const { beta, labelSmoothing } = parameters;
  const x = tf.mul(preferenceMargin(logps), beta);
  const right = tf.mul(logSigmoid(x), -(1 - labelSmoothing));
  const flipped = tf.mul(logSigmoid(tf.neg(x)), labelSmoothing);
  return tf.div(tf.add(right, flipped), 1 - 2 * labelSmoothing);
}

/** SLiC's hinge on the DPO margin: max(0, 1 - beta z) (Zhao et al. 2023; Liu et al. 2024). */
export function hingeLoss(logps: PairLogps, { beta }: Pick<LossParameters, 'beta'>): tf.Tensor1D {
  return tf.relu(tf.sub(1, tf.mul(preferenceMargin(logps), beta)));
}

/** a/n_c - b/n_r, [batch]: the margin of log-ratios per token. */
function marginPerToken(inputs: PairInputs): tf.Tensor1D {
  const { a, b } = logRatios(inputs);
  return tf.sub(tf.div(a, inputs.chosenLengths), tf.div(b, inputs.rejectedLengths));
}

/** IPO: (a/n_c - b/n_r - 1/(2 beta))^2 (Azar et al. 2023, eq. 17; per token as the authors advise and TRL does). */
export function ipoLoss(inputs: PairInputs, { beta }: Pick<LossParameters, 'beta'>): tf.Tensor1D {
  return tf.square(tf.sub(marginPerToken(inputs), 1 / (2 * beta)));
}

/** Length-normalised DPO: -log s(beta (a/n_c - b/n_r)) (Lambert et al. 2024, Tülu 3). */
export function sigmoidNormLoss(inputs: PairInputs, { beta }: Pick<LossParameters, 'beta'>): tf.Tensor1D {
  return tf.neg(logSigmoid(tf.mul(marginPerToken(inputs), beta)));
}
