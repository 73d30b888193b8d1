/**
 * A runtime that computes nothing: dispatches are counted, buffers are sizes in a ledger. With it the engine's own code says
 * what a model would cost that no test machine can run. Reads give zeros.
 */
import type { Dispatch } from '../../src/gpu/kernel';
import { createLedger } from '../../src/gpu/ledger';
import type { Runtime, WorkCounts } from '../../src/gpu/runtime';

/** @param observe sees every dispatch that would run */
export function createCountingRuntime(observe: (dispatch: Dispatch) => void = () => {}): Runtime {
  const ledger = createLedger();
  const categories = new Map<GPUBuffer, () => void>();
  const counts: WorkCounts = { dispatches: 0, flops: 0, bytes: 0 };
  return {
    get device(): GPUDevice {
      throw new Error('internal: a counting runtime has no device');
    },
    ledger,
    halves: 'packed',
    createBuffer: (category, label, bytes) => {
      const size = Math.max(4, Math.ceil(bytes / 4) * 4);
      const buffer = sizeOnly(label, size);
      ledger.add(category, size);
      categories.set(buffer, () => ledger.remove(category, size));
      return buffer;
    },
    destroyBuffer: (buffer) => {
      categories.get(buffer)?.();
      categories.delete(buffer);
    },
    write: () => {},
    compile: () => Promise.resolve(),
    run: (dispatch) => {
      const [x, y = 1, z = 1] = dispatch.workgroups;
      if (x * y * z === 0) return;
      counts.dispatches++;
      counts.flops += dispatch.flops ?? 0;
      counts.bytes += dispatch.bytes ?? 0;
      observe(dispatch);
    },
    copy: () => {},
    clear: () => {},
    submit: () => {},
    read: (_buffer, _offset, bytes) => Promise.resolve(new ArrayBuffer(bytes)),
    finish: () => Promise.resolve(),
    counts: () => ({ ...counts }),
    profile: async (work) => {
      await work();
      return null;
    },
    dispose: () => {},
  };
}

function sizeOnly(label: string, size: number): GPUBuffer {
  return {
    __brand: 'GPUBuffer',
    label,
    size,
    usage: 0,
    mapState: 'unmapped',
    mapAsync: () => Promise.resolve(undefined),
    getMappedRange: () => new ArrayBuffer(0),
    unmap: () => undefined,
    destroy: () => undefined,
  };
}
