/** One product by stock tfjs `matMul`, with B stored [k,n]: a transposed operand takes its slow path. */
import * as tf from '@tensorflow/tfjs';
import { transposeHost } from '../../../src/model/parameter-store';
import type { MatmulContender, MatmulShape } from '../contender';
import { startTfjs, type TfjsBackend } from './tfjs-backend';

export function tfjsMatmul(): MatmulContender {
  let prepared: { backend: TfjsBackend; a: tf.Tensor; b: tf.Tensor } | undefined;
  let product: tf.Tensor | undefined;
  const current = () => {
    if (!prepared) throw new Error('internal: prepare() first');
    return prepared;
  };
  return {
    name: 'tfjs',
    prepare: async ({ m, k, n, transposed }: MatmulShape, a, b) => {
      const backend = await startTfjs();
      const [left, right] = [tf.tensor(a, [m, k]), tf.tensor(transposed ? transposeHost(b, n, k) : b, [k, n])];
      prepared = { backend, a: left, b: right };
    },
    run: async () => {
      const { backend, a, b } = current();
      await backend.activate();
      product?.dispose();
      product = tf.matMul(a, b);
      await backend.finish();
    },
    result: async () => Float32Array.from(await product!.data()),
    dispose: async () => {
      if (!prepared) return;
      const { backend, a, b } = prepared;
      prepared = undefined;
      await backend.activate();
      tf.dispose([a, b, ...(product ? [product] : [])]);
      product = undefined;
      backend.dispose();
    },
  };
}
