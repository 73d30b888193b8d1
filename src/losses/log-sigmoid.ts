/**
 * Scalar functions that the losses share, elementwise on tensors of any shape, stable in fp32 and differentiable.
 * Leaves out tf.logSigmoid: its gradient reads an input that tfjs 4.22 never saved.
 */
import * as tf from '@tensorflow/tfjs';

/** log sigmoid(z) = -softplus(-z). Keeps the shape of `z`. */
export function logSigmoid<T extends tf.Tensor>(z: T): T {
  return tf.neg(tf.softplus(tf.neg(z)));
}

/**
 * log(1 - exp(x)) for x < 0, the log-probability of "not this". Values above -1e-6 count as -1e-6, where the
 * function would go to -infinity; their gradient is 0.
 */
export function logOneMinusExp<T extends tf.Tensor>(x: T): T {
  const below = tf.clipByValue(x, -Number.MAX_VALUE, -1e-6);
  return tf.log(tf.neg(tf.expm1(below)));
}

/** exp(x) with x cut at 80, so that fp32 stays finite; the gradient above the cut is 0. */
export function boundedExp<T extends tf.Tensor>(x: T): T {
  return tf.exp(tf.minimum(x, 80));
}

/** `x` as a constant: the same value, no gradient. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  const constant = tf.customGrad((...args) => {
    const input = args[0] as tf.Tensor;
    return { value: input.clone(), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) };
  });
  return constant(x) as T;
}
