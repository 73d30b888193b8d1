/**
 * The part of tfjs that the layers above ops may use: tensors, their lifetime, and elementwise mathematics.
 * Everything with a shape of its own (linear, attention, norms, log-probabilities) has its own file here.
 */
import * as tf from '@tensorflow/tfjs';

export type Tensor = tf.Tensor;
/** A tensor with one axis. */
export type Vector = tf.Tensor1D;
export { add, concat, div, dispose, keep, mul, reshape, scalar, slice, sum, tidy } from '@tensorflow/tfjs';

/** An fp32 tensor from host values in row-major order. */
export function fromHost(values: Float32Array, shape: number[]): Tensor {
  return tf.tensor(values, shape, 'float32');
}

/** An int32 tensor from host values in row-major order. */
export function intsFromHost(values: Int32Array, shape: number[]): Tensor {
  return tf.tensor(values, shape, 'int32');
}

/** The values on the host; waits for the GPU. */
export async function toHost(tensor: Tensor): Promise<Float32Array<ArrayBuffer>> {
  return Float32Array.from(await tensor.data());
}

/** `x` as a vector of its values. */
export function asVector(x: Tensor): Vector {
  return tf.reshape<tf.Rank.R1>(x, [x.size]);
}

/** `size` values of a vector from `start` on. */
export function part(x: Vector, start: number, size: number): Vector {
  return tf.slice1d(x, start, size);
}

/** Every second value of a vector of even length, from `first` (0 or 1) on. */
export function everySecond(x: Vector, first: 0 | 1): Vector {
  return asVector(tf.slice(tf.reshape(x, [-1, 2]), [0, first], [-1, 1]));
}

/** The values on the host, as toHost(); the tensor is disposed. */
export async function takeToHost(tensor: Tensor): Promise<Float32Array<ArrayBuffer>> {
  const values = await toHost(tensor);
  tensor.dispose();
  return values;
}

export interface ValueAndGradients {
  value: Tensor;
  /** One gradient an argument, in order; zeros where the value does not depend on it. */
  gradients: Tensor[];
}

/**
 * Value and gradients of `f` with respect to `inputs`. `f` computes from the very tensors in `inputs` (tfjs's tape goes
 * by identity). With `upstream` given, gradients are those of sum(upstream * f()), else `f` returns a scalar.
 */
export function valueAndGradients(f: () => Tensor, inputs: Tensor[], upstream?: Tensor): ValueAndGradients {
  const { value, grads } = tf.engine().gradients(f, inputs, upstream, true);
  return { value, gradients: grads.map((gradient, i) => gradient ?? tf.zerosLike(inputs[i]!)) };
}

/** Tensors alive now; for leak tests. */
export function tensorCount(): number {
  return tf.memory().numTensors;
}
