/** Counts what the peers' figures count: floating-point operations of products alone, attention's included. */
import type { Runtime } from '../../../src/gpu/runtime';

/** Kernels whose work is sums of products. */
const product = /^(matmul|lora|normDown|attention|decodeAttention|weightGradient)/;

export interface CountedRuntime {
  runtime: Runtime;
  /** Since the start. */
  productFlops(): number;
}

/** The runtime, whose dispatches are looked at on their way. */
export function countProductFlops(inner: Runtime): CountedRuntime {
  let flops = 0;
  const runtime: Runtime = {
    ...inner,
    run: (dispatch) => {
      if (product.test(dispatch.kernel.name)) flops += dispatch.flops ?? 0;
      inner.run(dispatch);
    },
  };
  return { runtime, productFlops: () => flops };
}
