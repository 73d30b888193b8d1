/** One product by jax-js, jitted, with B stored [n,k] as its own models store weights; [k,n] is slower on lavapipe. */
import { blockUntilReady, jit, numpy as np } from '@jax-js/jax';
import { transposeHost } from '../../../src/model/parameter-store';
import type { MatmulContender } from '../contender';
import { startJax, toJax } from './jax-model';

type Product = (a: np.Array, b: np.Array) => np.Array;

export function jaxMatmul(): MatmulContender {
  let prepared: { a: np.Array; b: np.Array; product: Product & { dispose(): void } } | undefined;
  let last: np.Array | undefined;
  return {
    name: 'jax-js',
    prepare: async ({ m, k, n, transposed }, a, b) => {
      await startJax();
      const product = jit((x: np.Array, y: np.Array): np.Array => np.dot(x, y.transpose()));
      prepared = { a: toJax(a, [m, k]), b: toJax(transposed ? b : transposeHost(b, k, n), [n, k]), product };
      await blockUntilReady([prepared.a, prepared.b]);
    },
    run: async () => {
      if (!prepared) throw new Error('internal: prepare() first');
      last?.dispose();
      last = prepared.product(prepared.a.ref, prepared.b.ref);
      await blockUntilReady(last);
    },
    result: async () => Float32Array.from(await last!.ref.data()),
    dispose: async () => {
      last?.dispose();
      prepared?.a.dispose();
      prepared?.b.dispose();
      prepared?.product.dispose();
      [last, prepared] = [undefined, undefined];
    },
  };
}
