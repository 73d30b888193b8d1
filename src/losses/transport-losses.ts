/**
 * AOT (Melnyk et al. 2024, "Distributional preference alignment via optimal transport"): the logistic loss on differences
 * of sorted quantities, so that the whole batch, not each pair, is pushed into order. The i-th value returned belongs to
 * the i-th smallest quantities, not to pair i; only the batch mean has a meaning.
 */
import * as tf from '@tensorflow/tfjs';
import { logRatios, smoothedLogisticLoss } from './preference-losses';
import type { LossParameters, PairLogps } from './preference-losses';

/**
 * [batch] in ascending order. tfjs has no gradient for topk; here it is written down: dx = P^T dy with the
 * permutation matrix P of the sort.
 */
export function sortAscending(x: tf.Tensor1D): tf.Tensor1D {
  const sort = tf.customGrad((...args) => {
    const input = args[0] as tf.Tensor1D;
    const save = args[1] as tf.GradSaveFunc;
    const size = input.shape[0];
    const order = tf.topk(tf.neg(input), size, true).indices as tf.Tensor1D;
    const permutation = tf.cast(tf.oneHot(order, size), 'float32') as tf.Tensor2D;
    save([permutation]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.reshape(tf.matMul(tf.reshape(dy, [1, size]), saved[0] as tf.Tensor2D), [size]);
    return { value: tf.reshape(tf.matMul(permutation, tf.reshape(input, [size, 1])), [size]), gradFunc };
  });
  return sort(x) as tf.Tensor1D;
}

type Smoothed = Pick<LossParameters, 'beta' | 'labelSmoothing'>;

function sortedLoss(upper: tf.Tensor1D, lower: tf.Tensor1D, { beta, labelSmoothing }: Smoothed): tf.Tensor1D {
  const difference: tf.Tensor1D = tf.sub(sortAscending(upper), sortAscending(lower));
  return smoothedLogisticLoss(tf.mul<tf.Tensor1D>(difference, beta), labelSmoothing);
}

/** AOT paired: sort(log pi_c - log pi_r) against sort(log ref_c - log ref_r). */
export function aotLoss(logps: PairLogps, parameters: Smoothed): tf.Tensor1D {
  const policy: tf.Tensor1D = tf.sub(logps.chosenLogps, logps.rejectedLogps);
  const reference: tf.Tensor1D = tf.sub(logps.referenceChosenLogps, logps.referenceRejectedLogps);
  return sortedLoss(policy, reference, parameters);
}

/** AOT unpaired: sort(a) against sort(b). */
export function aotUnpairedLoss(logps: PairLogps, parameters: Smoothed): tf.Tensor1D {
  const { a, b } = logRatios(logps);
  return sortedLoss(a, b, parameters);
}
