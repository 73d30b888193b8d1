/** AdamW and the norm for clipping, on flat vectors. Definitions in stock tfjs ops. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from './tensor';

export interface AdamwSettings {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
}

export interface AdamwState {
  parameters: Tensor;
  firstMoment: Tensor;
  secondMoment: Tensor;
}

/** Sum of the squares of a flat vector, as a scalar tensor. */
export function squaredSum(gradient: Tensor): Tensor {
  return tf.sum(tf.square(gradient));
}

/**
 * One step of AdamW with decoupled decay (Loshchilov & Hutter 2019), as torch.optim.AdamW:
 * p <- p (1 - lr wd); m, v moments with bias correction; p <- p - lr m^ / (sqrt(v^) + epsilon).
 * All tensors [n]; `step` counts from 1. `decayMask` [n] (1 = decays) and `updateMask` [n] (1 = trained) are optional.
 */
export function adamwStep(
  state: AdamwState,
  gradient: Tensor,
  learningRate: number,
  step: number,
  { beta1, beta2, epsilon, weightDecay }: AdamwSettings,
  masks: { decay?: Tensor | undefined; update?: Tensor | undefined } = {},
): AdamwState {
  const firstMoment = tf.add(tf.mul(state.firstMoment, beta1), tf.mul(gradient, 1 - beta1));
  const secondMoment = tf.add(tf.mul(state.secondMoment, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const corrected = tf.div(tf.sqrt(secondMoment), Math.sqrt(1 - beta2 ** step));
  const direction = tf.div(firstMoment, tf.add(corrected, epsilon));
  const decay = tf.mul(state.parameters, learningRate * weightDecay);
  const move = tf.mul(direction, learningRate / (1 - beta1 ** step));
  const change = tf.add(masks.decay ? tf.mul(decay, masks.decay) : decay, move);
  const parameters = tf.sub(state.parameters, masks.update ? tf.mul(change, masks.update) : change);
  return { parameters, firstMoment, secondMoment };
}
