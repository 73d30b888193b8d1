/** Negative log-likelihood for SFT and for the SFT term of preference losses. Pure; leaves out the log-probabilities' computation. */
import * as tf from '@tensorflow/tfjs';
import type { PairInputs } from './preference-losses';

/**
 * -sum(logps) / targetCount, a scalar in nats a token. `targetCount` is the number of target tokens of the whole
 * accumulated batch, so that the losses of its micro-batches add up to the batch's mean.
 * @param logps log-probabilities of targets, summed per sequence [batch] or per token [tokens]
 */
export function negativeLogLikelihood(logps: tf.Tensor1D, targetCount: number): tf.Scalar {
  return tf.div(tf.sum(logps), -targetCount);
}

/** Mean NLL per token of each chosen response, [batch]: the SFT term of RPO and MPO (Pang et al. 2024). */
export function chosenNllPerToken(inputs: Pick<PairInputs, 'chosenLogps' | 'chosenLengths'>): tf.Tensor1D {
  return tf.neg(tf.div(inputs.chosenLogps, inputs.chosenLengths));
}
