/** Logits of whole vocabularies, for generation only; training uses token-statistics.ts. Definition in stock tfjs ops. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from './tensor';

/** The head matrix [vocabulary, hidden] as [hidden, vocabulary], kept until disposed. */
export function transposedHead(weight: Tensor): Tensor {
  return tf.keep(tf.transpose(weight));
}

/** hidden [rows, h] times head [h, vocabulary]. */
export function logitsOf(hidden: Tensor, head: Tensor): Tensor {
  return tf.matMul(hidden, head);
}
