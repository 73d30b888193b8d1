/**
 * DPO under other f-divergences than the reverse KL (Wang et al. 2023, "Beyond reverse KL"): -log s(beta (g(a) - g(b)))
 * with g = f' of the policy-to-reference ratio, up to a constant. Pure functions; one loss a pair.
 */
import * as tf from '@tensorflow/tfjs';
import { boundedExp, logSigmoid } from './log-sigmoid';
import { logRatios } from './preference-losses';
import type { LossParameters, PairLogps } from './preference-losses';

/** Takes log-ratios [batch] to what replaces them in the DPO margin. */
type RatioMap = (x: tf.Tensor1D) => tf.Tensor1D;

function divergenceLoss(logps: PairLogps, beta: number, g: RatioMap): tf.Tensor1D {
  const { a, b } = logRatios(logps);
  return tf.neg(logSigmoid(tf.mul(tf.sub(g(a), g(b)), beta)));
}

/** Forward KL: g(x) = 1 - exp(-x). Exponents are cut at 80. */
export function forwardKlLoss(logps: PairLogps, { beta }: Pick<LossParameters, 'beta'>): tf.Tensor1D {
  return divergenceLoss(logps, beta, (x) => tf.sub(1, boundedExp(tf.neg(x))));
}

/** Jensen-Shannon: g(x) = log s(x) + log 2. */
export function jsDivergenceLoss(logps: PairLogps, { beta }: Pick<LossParameters, 'beta'>): tf.Tensor1D {
  return divergenceLoss(logps, beta, (x) => tf.add(logSigmoid(x), Math.LN2));
}

/** Alpha divergence: g(x) = (1 - exp(-alpha x)) / alpha; tends to reverse KL for alpha to 0. Exponents are cut at 80. */
export function alphaDivergenceLoss(
  logps: PairLogps,
  { beta, alpha }: Pick<LossParameters, 'beta' | 'alpha'>,
): tf.Tensor1D {
  return divergenceLoss(logps, beta, (x) => tf.div(tf.sub(1, boundedExp(tf.mul(x, -alpha))), alpha));
}
