/**
 * Bounds the buffer pool of the stock tfjs WebGPU backend, which never frees: buffers of shapes that no longer occur
 * are destroyed, least recently released first, once idle bytes exceed a multiple of the largest use seen.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** Idle bytes allowed, as a multiple of the peak of bytes in use. Above 1, so that a steady state never evicts. */
const idleShare = 1.25;

interface IdleKind {
  size: number;
  usage: number;
  count: number;
}

export interface BufferPool {
  /** Destroys every idle buffer and forgets the peak. */
  clear(): void;
}

/** Puts the bound on `backend`'s buffer manager. Call once a backend. */
export function boundBufferPool(backend: WebGPUBackend): BufferPool {
  const manager = backend.bufferManager;
  const acquire = manager.acquireBuffer.bind(manager);
  const release = manager.releaseBuffer.bind(manager);
  // Insertion order is the order of the last release: the first entry is the least recently used kind.
  const idle = new Map<string, IdleKind>();
  let idleBytes = 0;
  let peakBytes = 0;

  const take = (key: string, kind: IdleKind) => {
    kind.count--;
    idleBytes -= kind.size;
    if (kind.count === 0) idle.delete(key);
  };
  const evict = (limit: number) => {
    for (const [key, kind] of idle) {
      while (idleBytes > limit && kind.count > 0) {
        release(acquire(kind.size, kind.usage), false);
        take(key, kind);
      }
      if (idleBytes <= limit) return;
    }
  };
  manager.acquireBuffer = (size, usage, mappedAtCreation = false, reuse = true) => {
    const key = `${size}_${usage}`;
    const kind = idle.get(key);
    if (reuse && kind) take(key, kind);
    const buffer = acquire(size, usage, mappedAtCreation, reuse);
    peakBytes = Math.max(peakBytes, manager.numBytesUsed);
    return buffer;
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
    idleBytes += size;
    evict(peakBytes * idleShare);
  };
  return {
    clear: () => {
      evict(0);
      peakBytes = manager.numBytesUsed;
    },
  };
}
