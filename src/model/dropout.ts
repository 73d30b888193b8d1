/** Dropout masks that depend only on (seed, step, micro-batch, module): recomputation and resumption see the same ones. */
import { philox, seededRandom } from '../data/seeded-random';
import type { DropoutMask } from './definition-core';
import type { LoraDropout } from './language-model';
import { fromHost, type Tensor } from '../ops/tensor';

/** A mask of `shape` with 0 with probability `rate` and 1/(1-rate) else. */
export function dropoutMask(rate: number, shape: number[], ...keys: (number | string)[]): Tensor {
  const random = seededRandom('dropout', ...keys);
  const key = Math.floor(random() * 2 ** 32);
  const stream = Math.floor(random() * 2 ** 32);
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const threshold = rate * 2 ** 32;
  const kept = 1 / (1 - rate);
  for (let i = 0; i < values.length; i += 2) {
    const [low, high] = philox(i, stream, key);
    values[i] = low < threshold ? 0 : kept;
    if (i + 1 < values.length) values[i + 1] = high < threshold ? 0 : kept;
  }
  return fromHost(values, shape);
}

/** The `dropout` option of a pass for the LoRA inputs of one micro-batch; empty when there is none. */
export function loraDropoutMask(dropout: LoraDropout | undefined): { dropout?: DropoutMask } {
  if (!dropout || dropout.rate === 0) return {};
  const { rate, seed, step, microBatch } = dropout;
  return { dropout: (module, shape) => dropoutMask(rate, shape, seed, step, microBatch, module) };
}
