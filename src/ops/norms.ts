/** RMSNorm and LayerNorm over the last axis. Definitions in stock tfjs ops; statistics in fp32. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from './tensor';

/** x / sqrt(mean(x^2) + epsilon) * weight (Zhang & Sennrich 2019). x [..., n], weight [n]. */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  const meanSquare = tf.mean(tf.square(x), -1, true);
  return tf.mul(tf.mul(x, tf.rsqrt(tf.add(meanSquare, epsilon))), weight);
}

/** (x - mean) / sqrt(variance + epsilon) * weight + bias (Ba et al. 2016). x [..., n]; weight, bias [n]. */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), weight), bias);
}
