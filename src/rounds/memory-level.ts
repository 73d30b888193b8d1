/** The rule that a stage leaves nothing on the GPU: memory goes back to what it was with only the base model loaded. */
import type { Backend } from '../ops/backend';

export interface MemoryLevel {
  tensors: number;
  bytesInUse: number;
}

/** Frees pooled buffers and notes what remains. */
export function memoryLevel(backend: Backend): MemoryLevel {
  backend.releaseUnused();
  const { tensors, bytesInUse } = backend.memory();
  return { tensors, bytesInUse };
}

/** @throws an internal error naming the stage and what it left behind */
export function assertReleased(backend: Backend, before: MemoryLevel, stage: string): void {
  const after = memoryLevel(backend);
  const tensors = after.tensors - before.tensors;
  const bytes = after.bytesInUse - before.bytesInUse;
  if (tensors === 0 && bytes === 0) return;
  throw new Error(`internal: stage ${stage} left ${tensors} tensors and ${bytes} bytes on the GPU`);
}
