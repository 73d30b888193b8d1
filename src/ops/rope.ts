/** Rotary position embedding (Su et al. 2021) in the half-split layout of Hugging Face. Definition in stock tfjs ops. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from './tensor';

/** The matrix R [d, d] with x R = concat(-x[d/2:], x[:d/2]); products with it are exact. */
export function rotateHalfMatrix(headDim: number): Tensor {
  const half = headDim / 2;
  const values = new Float32Array(headDim * headDim);
  for (let i = 0; i < half; i++) {
    values[(i + half) * headDim + i] = -1;
    values[i * headDim + i + half] = 1;
  }
  return tf.tensor(values, [headDim, headDim]);
}

/** x cos + rotateHalf(x) sin. x [batch, heads, length, d]; cos and sin broadcast against it. */
export function applyRope(x: Tensor, cos: Tensor, sin: Tensor, rotateHalf: Tensor): Tensor {
  const headDim = rotateHalf.shape[0]!;
  const rotated = tf.reshape(tf.matMul(tf.reshape(x, [-1, headDim]), rotateHalf), x.shape);
  return tf.add(tf.mul(x, cos), tf.mul(rotated, sin));
}
