/**
 * Keeps tfjs's matMul deterministic: its split-K program adds partial sums with float atomics in any order, so the same
 * run would give other bits each time. Long inner dimensions are sent to the tiled program instead.
 */
import * as tf from '@tensorflow/tfjs';

/** MatMulProgramType.MatMulPackedProgram in tfjs-backend-webgpu/src/webgpu_util.ts. */
const packedProgram = 3;
/** From here on tfjs 4.22 may choose split-K (kernels/BatchMatMul_impl.ts). */
const splitKFrom = 2000;

/** Replaces the WebGPU kernel of BatchMatMul by one that never splits the inner dimension. Safe to call again. */
export function forbidSplitK(): void {
  const stock = tf.getKernel('BatchMatMul', 'webgpu');
  if (!stock) throw new Error('internal: tfjs-backend-webgpu has no BatchMatMul kernel');
  if (stock.kernelFunc.name === 'batchMatMulWithoutSplitK') return;
  tf.unregisterKernel('BatchMatMul', 'webgpu');
  tf.registerKernel({
    ...stock,
    kernelFunc: function batchMatMulWithoutSplitK(args) {
      const a = args.inputs['a'];
      const transposeA = args.attrs?.['transposeA'] === true;
      const inner = a && !Array.isArray(a) ? a.shape.at(transposeA ? -2 : -1) : undefined;
      if (inner === undefined || inner < splitKFrom) return stock.kernelFunc(args);
      tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', packedProgram);
      try {
        return stock.kernelFunc(args);
      } finally {
        tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', -1);
      }
    },
  });
}
