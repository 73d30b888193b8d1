/**
 * Bounds the buffer pool of the stock tfjs WebGPU backend, which never frees. Only where a new buffer would take it over
 * the bound are idle ones destroyed, those of the least recently released shape first; so a steady state, which makes no
 * new buffer, keeps all of its own.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/**
 * Bytes allowed above what was in use at the last clear() (the model's weights, as a rule), as a multiple of the most
 * that was in use above it. A fixed batch needs up to 2.4 in all (measured: DPO with checkpointing): phases of a step
 * use different shapes, and what one phase released another cannot take.
 */
const share = 3;

interface IdleKind {
  size: number;
  usage: number;
  count: number;
}

export interface BufferPool {
  /** Destroys every idle buffer, and counts from what is in use now. */
  clear(): void;
}

/** Puts the bound on `backend`'s buffer manager. Call once a backend. */
export function boundBufferPool(backend: WebGPUBackend): BufferPool {
  const manager = backend.bufferManager;
  const acquire = manager.acquireBuffer.bind(manager);
  const release = manager.releaseBuffer.bind(manager);
  // Insertion order is the order of the last release: the first entry is the least recently used kind.
  const idle = new Map<string, IdleKind>();
  let baseBytes = 0;
  let peakBytes = 0;

  const take = (key: string, kind: IdleKind) => {
    kind.count--;
    if (kind.count === 0) idle.delete(key);
  };
  const evictTo = (allocatedBytes: number) => {
    for (const [key, kind] of idle) {
      while (manager.numBytesAllocated > allocatedBytes && kind.count > 0) {
        release(acquire(kind.size, kind.usage), false);
        take(key, kind);
      }
      if (manager.numBytesAllocated <= allocatedBytes) return;
    }
  };
  manager.acquireBuffer = (size, usage, mappedAtCreation = false, reuse = true) => {
    const key = `${size}_${usage}`;
    const kind = reuse ? idle.get(key) : undefined;
    peakBytes = Math.max(peakBytes, manager.numBytesUsed + size);
    if (kind) take(key, kind);
    else evictTo(baseBytes + (peakBytes - baseBytes) * share - size);
    return acquire(size, usage, mappedAtCreation, reuse);
  };
  manager.releaseBuffer = (buffer, reuse = true) => {
    const { size, usage } = buffer;
    release(buffer, reuse);
    if (!reuse) return;
    const key = `${size}_${usage}`;
    const kind = idle.get(key) ?? { size, usage, count: 0 };
    kind.count++;
    idle.delete(key);
    idle.set(key, kind);
  };
  return {
    clear: () => {
      evictTo(0);
      baseBytes = manager.numBytesUsed;
      peakBytes = baseBytes;
    },
  };
}
