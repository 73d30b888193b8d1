/** The Bradley-Terry loss of the reward model. Pure functions on [batch] rewards; leaves out accuracy and other metrics. */
import * as tf from '@tensorflow/tfjs';
import { logSigmoid } from './log-sigmoid';

export interface RewardLossParameters {
  /** By how much a chosen reward should exceed the rejected one. */
  margin: number;
  /** Weight of (r_c + r_r)^2, which keeps rewards near 0 (Eisenstein et al. 2023). */
  centring: number;
}

/** -log s(r_c - r_r - margin) + centring (r_c + r_r)^2, one value a pair, [batch] (Bradley-Terry; Touvron et al. 2023). */
export function rewardLoss(chosen: tf.Tensor1D, rejected: tf.Tensor1D, parameters: RewardLossParameters): tf.Tensor1D {
  const advantage: tf.Tensor1D = tf.sub(tf.sub(chosen, rejected), parameters.margin);
  const ranking = tf.neg(logSigmoid(advantage));
  if (parameters.centring === 0) return ranking;
  return tf.add(ranking, tf.mul(tf.square(tf.add(chosen, rejected)), parameters.centring));
}
