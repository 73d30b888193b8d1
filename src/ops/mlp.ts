/** Activations of the feed-forward part. Definitions in stock tfjs ops. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from './tensor';

/** silu(gate) * up (Shazeer 2020). */
export function swiglu(gate: Tensor, up: Tensor): Tensor {
  return tf.mul(tf.mul(gate, tf.sigmoid(gate)), up);
}

/** GELU in the tanh form that GPT-2 calls gelu_new: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
export function geluNew(x: Tensor): Tensor {
  const cube = tf.mul(tf.square(x), x);
  const inner = tf.mul(tf.add(x, tf.mul(cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

export const relu = (x: Tensor): Tensor => tf.relu(x);
