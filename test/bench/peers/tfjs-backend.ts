/**
 * Stock tfjs on a device of its own, several of them in one process: each is a backend by name with copies of the stock
 * WebGPU kernels, so that nothing our engine changes in the kernels of 'webgpu' reaches a peer. Counts matrix products.
 * The buffer pool is bounded as in the definition engine (stock tfjs never frees), which only helps its memory.
 */
import * as tf from '@tensorflow/tfjs';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { openDevice } from '../../../src/gpu/device';
import { boundBufferPool } from '../../../src/ops/buffer-pool';
import { countDevice, type DeviceCounts } from '../support/counted-device';

export interface TfjsBackend {
  /** Makes it the backend of all tfjs calls that follow. */
  activate(): Promise<void>;
  readonly device: DeviceCounts;
  /** Floating-point operations of all matrix products since the start. */
  flops(): number;
  /** Submits, and resolves when all work is done. @throws Error when the GPU reported one */
  finish(): Promise<void>;
  /** Destroys idle buffers. */
  releaseUnused(): void;
  dispose(): void;
}

const stockName = 'bench-stock';

/** Keeps a copy of tfjs's own kernels. Call once, before anything else touches tfjs. */
export function keepStockKernels(): void {
  tf.copyRegisteredKernels('webgpu', stockName);
}

let made = 0;

/** A backend on a fresh device of navigator.gpu's adapter. */
export async function startTfjs(): Promise<TfjsBackend> {
  const name = `bench-tfjs-${++made}`;
  const { device, info, uncapturedErrors } = await openDevice(globalThis.navigator.gpu);
  const counts = countDevice(device);
  const backend = new WebGPUBackend(device, info);
  const pool = boundBufferPool(backend);
  tf.copyRegisteredKernels(stockName, name);
  const flops = countProducts(name);
  tf.registerBackend(name, () => backend, 0);
  const activate = async () => {
    await tf.setBackend(name);
  };
  // submitQueue() alone neither ends an open pass nor copes with an empty queue.
  const submit = () => {
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.submitQueue();
  };
  await activate();
  return {
    activate,
    device: counts,
    flops,
    finish: async () => {
      submit();
      await device.queue.onSubmittedWorkDone();
      if (uncapturedErrors.length > 0) throw new Error(`tfjs: the GPU reported: ${uncapturedErrors[0]}`);
    },
    releaseUnused: () => {
      submit();
      pool.clear();
    },
    dispose: () => {
      for (const { kernelName } of tf.getKernelsForBackend(name)) tf.unregisterKernel(kernelName, name);
      tf.removeBackend(name);
      device.destroy();
    },
  };
}

/** Wraps the backend's BatchMatMul, the only product that the definitions use. */
function countProducts(name: string): () => number {
  let flops = 0;
  const stock = tf.getKernel('BatchMatMul', name);
  tf.unregisterKernel('BatchMatMul', name);
  tf.registerKernel({
    ...stock,
    kernelFunc: (args) => {
      const shapeOf = (input: tf.TensorInfo | tf.TensorInfo[] | undefined) =>
        input && 'shape' in input ? input.shape : [];
      const [a, b] = [shapeOf(args.inputs['a']), shapeOf(args.inputs['b'])];
      const sizeOf = (shape: number[]) => shape.reduce((product, n) => product * n, 1);
      const [inner, columns] = args.attrs?.['transposeB'] ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
      const rows = sizeOf(a) / inner;
      const repeated = Math.max(1, sizeOf(b.slice(0, -2)) / sizeOf(a.slice(0, -2)));
      flops += 2 * rows * inner * columns * repeated;
      return stock.kernelFunc(args);
    },
  });
  return () => flops;
}
