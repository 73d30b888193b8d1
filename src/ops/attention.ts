/** Grouped-query attention, over a whole sequence and over a KV cache. Definitions in stock tfjs ops. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from './tensor';

/** Added to scores that must not count; large, but finite so that fp32 softmax stays free of NaN. */
const masked = -1e9;

/** [length, length] with 0 on and under the diagonal and a large negative number above it. */
export function causalMask(length: number): Tensor {
  const values = new Float32Array(length * length);
  for (let query = 0; query < length; query++) values.fill(masked, query * length + query + 1, (query + 1) * length);
  return tf.tensor(values, [length, length]);
}

/**
 * softmax(q k^T / sqrt(d) + mask) v with each key head serving heads/kvHeads query heads.
 * q [batch, heads, queries, d]; k, v [batch, kvHeads, keys, d]; mask broadcasts against [batch, 1, 1, queries, keys].
 * Returns [batch, queries, heads * d].
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor): Tensor {
  const [batch, heads, queries, d] = q.shape as [number, number, number, number];
  const [kvHeads, keys] = [k.shape[1]!, k.shape[2]!];
  const group = heads / kvHeads;
  const grouped = tf.reshape(tf.mul(q, 1 / Math.sqrt(d)), [batch, kvHeads, group * queries, d]);
  const scores = tf.reshape(tf.matMul(grouped, k, false, true), [batch, kvHeads, group, queries, keys]);
  const weights = tf.reshape(tf.softmax(tf.add(scores, mask)), [batch, kvHeads, group * queries, keys]);
  const mixed = tf.reshape(tf.matMul(weights, v), [batch, heads, queries, d]);
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, queries, heads * d]);
}

/** [batch, length, heads * d] to [batch, heads, length, d]. */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

/**
 * Writes one new position a row into a cache: cache * (1 - at) + entry * at.
 * cache [batch, kvHeads, capacity, d]; entry [batch, kvHeads, 1, d]; at [batch, 1, capacity, 1] is 1 at the position.
 */
export function appendToCache(cache: Tensor, entry: Tensor, at: Tensor): Tensor {
  return tf.add(tf.mul(cache, tf.sub(1, at)), tf.mul(entry, at));
}

/** The caches after a prefill: keys or values [batch, kvHeads, length, d] with zeros up to `capacity`. */
export function padCache(entries: Tensor, capacity: number): Tensor {
  const missing = capacity - entries.shape[2]!;
  return tf.pad(entries, [
    [0, 0],
    [0, 0],
    [0, missing],
    [0, 0],
  ]);
}

/** [batch, 1, 1, 1, capacity]: 0 for positions up to and including `positions[row]`, a large negative number after. */
export function cacheMask(positions: Int32Array, capacity: number): Tensor {
  const values = new Float32Array(positions.length * capacity);
  positions.forEach((position, row) => values.fill(masked, row * capacity + position + 1, (row + 1) * capacity));
  return tf.tensor(values, [positions.length, 1, 1, 1, capacity]);
}

/** [batch, 1, capacity, 1]: 1 at `positions[row]`, else 0. */
export function cachePosition(positions: Int32Array, capacity: number): Tensor {
  const values = new Float32Array(positions.length * capacity);
  positions.forEach((position, row) => (values[row * capacity + position] = 1));
  return tf.tensor(values, [positions.length, 1, capacity, 1]);
}
