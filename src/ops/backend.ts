/**
 * Registers tfjs's stock WebGPU backend on our own device and reports its memory and its errors.
 * One backend at a time; leaves out every op.
 */
import * as tf from '@tensorflow/tfjs';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { StudioDevice } from '../gpu/device';
import { createRuntime, type Runtime } from '../gpu/runtime';
import { DeviceError } from '../protocol/errors';
import type { AdapterSummary } from '../protocol/adapter';
import { boundBufferPool } from './buffer-pool';
import { forbidSplitK } from './deterministic-matmul';

export interface MemoryFigures {
  tensors: number;
  /** Bytes of GPU buffers that hold live tensors or belong to the fused engine. */
  bytesInUse: number;
  /** Bytes of all GPU buffers, idle ones in the pool included. */
  bytesAllocated: number;
}

export interface Backend {
  summary: AdapterSummary;
  /** Our own kernels on the same device. */
  runtime: Runtime;
  memory(): MemoryFigures;
  /** Destroys the pool's idle buffers. */
  releaseUnused(): void;
  /** @throws DeviceError when the GPU reported an error that nothing caught, or was lost. */
  check(): Promise<void>;
  dispose(): void;
}

/** Makes `studioDevice` the device of tfjs. */
export async function startBackend(studioDevice: StudioDevice): Promise<Backend> {
  const { device, info, summary, uncapturedErrors } = studioDevice;
  // The package registers its own 'webgpu' factory on import where there is WebGPU; ours replaces it.
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  const backend = new WebGPUBackend(device, info);
  const pool = boundBufferPool(backend);
  forbidSplitK();
  tf.registerBackend('webgpu', () => backend, 3);
  await tf.setBackend('webgpu');
  // tfjs would compute small host-side tensors on the CPU: other rounding, so the result would depend on where data lies.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  let lost: DeviceError | null = null;
  void studioDevice.lost.then((error) => (lost = error));
  const runtime = createRuntime(studioDevice);
  return {
    summary,
    runtime,
    memory: () => {
      const { numBytesInGPU, numBytesAllocatedInGPU } = backend.memory();
      const own = fusedBytes(runtime);
      const bytesAllocated = numBytesAllocatedInGPU + own;
      return { tensors: tf.memory().numTensors, bytesInUse: numBytesInGPU + own, bytesAllocated };
    },
    releaseUnused: () => {
      // submitQueue() alone neither ends an open pass nor copes with an empty queue.
      backend.ensureCommandEncoderReady();
      backend.endComputePassEncoder();
      backend.submitQueue();
      pool.clear();
    },
    check: async () => {
      await device.queue.onSubmittedWorkDone();
      if (lost) throw lost;
      const first = uncapturedErrors.shift();
      if (first !== undefined) {
        uncapturedErrors.length = 0;
        throw new DeviceError(`The GPU reported an error and results cannot be trusted: ${first}`);
      }
    },
    dispose: () => {
      tf.removeBackend('webgpu');
      runtime.dispose();
      device.destroy();
    },
  };
}

/** What models and passes hold; the runtime's own parameters and readback buffers stay with it. */
function fusedBytes({ ledger }: Runtime): number {
  const { engine = 0, readback = 0 } = ledger.byCategory();
  return ledger.total() - engine - readback;
}
