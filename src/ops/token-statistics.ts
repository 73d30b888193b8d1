/**
 * Log-probability, entropy and hit of each target token, from final hidden states, without ever holding the logits of
 * more than one chunk of rows: the backward pass computes each chunk's logits again. Definition in stock tfjs ops.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from './tensor';

/** Columns of the result. */
export const statistic = { logp: 0, entropy: 1, correct: 2 } as const;

/** Logits held at once, in floats: 16 Mi floats = 64 MiB. */
const defaultChunkFloats = 1 << 24;

function chunks(rows: number, vocabulary: number, chunkFloats: number): [start: number, size: number][] {
  const size = Math.max(1, Math.floor(chunkFloats / vocabulary));
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => [i * size, Math.min(size, rows - i * size)]);
}

/** [rows, 3] of one chunk: log p(target), -sum p log p, target is the argmax. */
function chunkStatistics(hidden: Tensor, weight: Tensor, targets: Tensor): Tensor {
  const logits = tf.matMul(hidden, tf.transpose(weight));
  const logProbabilities = tf.logSoftmax(logits);
  const oneHot = tf.cast(tf.oneHot(targets as tf.Tensor1D, weight.shape[0]!), 'float32');
  const logp = tf.sum(tf.mul(logProbabilities, oneHot), -1);
  const entropy = tf.neg(tf.sum(tf.mul(tf.exp(logProbabilities), logProbabilities), -1));
  const correct = tf.cast(tf.equal(tf.argMax(logits, -1), targets), 'float32');
  return tf.stack([logp, entropy, correct], 1);
}

/** d(log p)/d(logits) = one-hot(target) - softmax(logits), times dlogp [rows]. */
function chunkLogitGradient(hidden: Tensor, weight: Tensor, targets: Tensor, dlogp: Tensor): Tensor {
  const oneHot = tf.cast(tf.oneHot(targets as tf.Tensor1D, weight.shape[0]!), 'float32');
  const difference = tf.sub(oneHot, tf.softmax(tf.matMul(hidden, tf.transpose(weight))));
  return tf.mul(difference, tf.expandDims(dlogp, 1));
}

/**
 * Statistics [rows, 3] (columns as in `statistic`) of int32 `targets` [rows] under softmax(hidden weight^T).
 * hidden [rows, h], weight [vocabulary, h]. Only the log-probability column has a gradient; it reaches `hidden`, and
 * `weight` too when `weightTrained`.
 * @param chunkFloats logits held at once, at least one row's
 */
export function tokenStatistics(
  hidden: Tensor,
  weight: Tensor,
  targets: Tensor,
  weightTrained: boolean,
  chunkFloats = defaultChunkFloats,
): Tensor {
  const parts = chunks(hidden.shape[0]!, weight.shape[0]!, chunkFloats);
  const rowsOf = (x: Tensor, [start, size]: [number, number]) => tf.slice(x, start, size);
  const forward = (h: Tensor, w: Tensor) =>
    tf.concat(parts.map((part) => tf.tidy(() => chunkStatistics(rowsOf(h, part), w, rowsOf(targets, part)))));
  const backward = (h: Tensor, w: Tensor, dy: Tensor) => {
    const dlogp = tf.reshape(tf.slice(dy, [0, statistic.logp], [-1, 1]), [-1]);
    const dHidden: Tensor[] = [];
    let dWeight: Tensor | null = null;
    for (const part of parts) {
      const rows = rowsOf(h, part);
      const dLogits = chunkLogitGradient(rows, w, rowsOf(targets, part), rowsOf(dlogp, part));
      dHidden.push(tf.matMul(dLogits, w));
      if (weightTrained) {
        const term: Tensor = tf.matMul(dLogits, rows, true);
        dWeight = dWeight ? tf.add(dWeight, term) : term;
      }
      dLogits.dispose();
    }
    const dh = tf.concat(dHidden);
    return dWeight ? [dh, dWeight] : [dh];
  };
  const inputs = weightTrained ? [hidden, weight] : [hidden];
  const op = tf.customGrad((...args) => {
    const save = args.pop() as tf.GradSaveFunc;
    const [h, w] = args as Tensor[];
    save([h!, w ?? weight]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => backward(saved[0]!, saved[1]!, dy);
    return { value: forward(h!, w ?? weight), gradFunc };
  });
  return op(...inputs);
}
