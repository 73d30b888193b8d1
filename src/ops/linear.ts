/** Linear maps, plain and with a LoRA adapter. Definition in stock tfjs ops. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from './tensor';

/** A LoRA pair on one linear map. */
export interface LoraPair {
  /** [rank, in] */
  a: Tensor;
  /** [out, rank] */
  b: Tensor;
  /** alpha / rank */
  scale: number;
}

/** y = x W + bias for x [..., in], weight [in, out], bias [out]. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [inFeatures, outFeatures] = [weight.shape[0]!, weight.shape[1]!];
  const y = tf.matMul(tf.reshape(x, [-1, inFeatures]), weight);
  const shaped = tf.reshape(y, [...x.shape.slice(0, -1), outFeatures]);
  return bias ? tf.add(shaped, bias) : shaped;
}

/** (alpha/r) B A dropout(x), the LoRA term of Hu et al. 2021, eq. 3. x [..., in]; result [..., out]. */
export function loraTerm(x: Tensor, { a, b, scale }: LoraPair, dropoutMask?: Tensor): Tensor {
  const inFeatures = a.shape[1]!;
  const outFeatures = b.shape[0]!;
  const input = tf.reshape(dropoutMask ? tf.mul(x, dropoutMask) : x, [-1, inFeatures]);
  const down = tf.matMul(input, a, false, true);
  const up = tf.matMul(tf.mul(down, scale), b, false, true);
  return tf.reshape(up, [...x.shape.slice(0, -1), outFeatures]);
}
