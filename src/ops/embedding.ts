/**
 * Looking up rows of a table, with gradients that are deterministic: tfjs's own gradient of gather adds with float
 * atomics in any order. Definitions in stock tfjs ops.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from './tensor';

/**
 * Rows of `table` [n, width] at int32 `ids` of any shape: [...ids, width]. Gradient: one-hot(ids)^T dy.
 * @param untrained id whose row gets no gradient, as with PyTorch's padding_idx; null for none
 */
export function embedding(table: Tensor, ids: Tensor, untrained: number | null = null): Tensor {
  const [rows, width] = [table.shape[0]!, table.shape[1]!];
  const lookUp = tf.customGrad((x) => {
    const value = tf.gather(x as Tensor, ids);
    const gradFunc = (dy: Tensor) => {
      const flat = tf.reshape(ids, [-1]);
      // An id outside the table gives a row of zeros.
      const trained =
        untrained === null ? flat : tf.where(tf.equal(flat, untrained), tf.fill(flat.shape, -1, 'int32'), flat);
      const oneHot = tf.oneHot(tf.cast(trained, 'int32'), rows);
      return [tf.matMul(tf.cast(oneHot, 'float32'), tf.reshape(dy, [-1, width]), true)];
    };
    return { value, gradFunc };
  });
  return lookUp(table);
}

/**
 * Rows of `x` [n, width] at `indices`; no index may occur twice among those that get a gradient.
 * `inverse` [n] says for each row of x which row of the result holds it, counted from 1, or 0 for none.
 */
export function selectRows(x: Tensor, indices: Tensor, inverse: Tensor): Tensor {
  const width = x.shape[1]!;
  const select = tf.customGrad((input) => {
    const value = tf.gather(input as Tensor, indices);
    const gradFunc = (dy: Tensor) => [tf.gather(tf.concat([tf.zeros([1, width]), dy]), inverse)];
    return { value, gradFunc };
  });
  return select(x);
}
