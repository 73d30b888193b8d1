/**
 * Pair losses without a reference model: SimPO, CPO and ORPO's odds-ratio term. Pure functions of the policy's [batch]
 * summed log-probabilities and token counts; each returns one value a pair. The NLL term that CPO and ORPO add is
 * negativeLogLikelihood (likelihood.ts).
 */
import * as tf from '@tensorflow/tfjs';
import { logOneMinusExp, logSigmoid } from './log-sigmoid';
import type { LossParameters, PairInputs } from './preference-losses';

/** The parts of PairInputs that belong to the policy. */
export type PolicyInputs = Pick<PairInputs, 'chosenLogps' | 'rejectedLogps' | 'chosenLengths' | 'rejectedLengths'>;

type Beta = Pick<LossParameters, 'beta'>;

/** Mean log-probabilities per token, each [batch]. */
function meanLogps(inputs: PolicyInputs): { chosen: tf.Tensor1D; rejected: tf.Tensor1D } {
  return {
    chosen: tf.div(inputs.chosenLogps, inputs.chosenLengths),
    rejected: tf.div(inputs.rejectedLogps, inputs.rejectedLengths),
  };
}

/** SimPO: -log s(beta (logp_c/n_c - logp_r/n_r) - gamma) (Meng et al. 2024, eq. 6). */
export function simpoLoss(inputs: PolicyInputs, { beta, gamma }: Pick<LossParameters, 'beta' | 'gamma'>): tf.Tensor1D {
  const { chosen, rejected } = meanLogps(inputs);
  return tf.neg(logSigmoid(tf.sub(tf.mul(tf.sub(chosen, rejected), beta), gamma)));
}

/** CPO: -log s(beta (logp_c - logp_r)) (Xu et al. 2024). */
export function cpoLoss(inputs: PolicyInputs, { beta }: Beta): tf.Tensor1D {
  return tf.neg(logSigmoid(tf.mul(tf.sub(inputs.chosenLogps, inputs.rejectedLogps), beta)));
}

/** CPO with a hinge: max(0, 1 - beta (logp_c - logp_r)). */
export function cpoHingeLoss(inputs: PolicyInputs, { beta }: Beta): tf.Tensor1D {
  return tf.relu(tf.sub(1, tf.mul(tf.sub(inputs.chosenLogps, inputs.rejectedLogps), beta)));
}

/** CPO with IPO's square, per token: (logp_c/n_c - logp_r/n_r - 1/(2 beta))^2. */
export function cpoIpoLoss(inputs: PolicyInputs, { beta }: Beta): tf.Tensor1D {
  const { chosen, rejected } = meanLogps(inputs);
  return tf.square(tf.sub(tf.sub(chosen, rejected), 1 / (2 * beta)));
}

/**
 * ORPO's term beta * log s(log odds_c - log odds_r), odds = p/(1-p) of the mean log-probability (Hong et al. 2024).
 * Not positive: the loss to minimise is NLL minus the mean of this.
 */
export function orpoOddsRatio(inputs: PolicyInputs, { beta }: Beta): tf.Tensor1D {
  const { chosen, rejected } = meanLogps(inputs);
  const logOdds = (x: tf.Tensor1D): tf.Tensor1D => tf.sub(x, logOneMinusExp(x));
  return tf.mul(logSigmoid(tf.sub(logOdds(chosen), logOdds(rejected))), beta);
}
