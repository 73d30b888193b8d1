/** What a backend holds of the GPU's memory: the ledger of the fused engine by category, and tfjs beside it. */
import type { Backend } from '../ops/backend';
import type { MemoryByCategory } from '../protocol/run-state';

export interface HeldMemory {
  now: MemoryByCategory;
  /** The most at any time since the ledger's peak was reset. */
  peakBytes: number;
}

/** Reads the books only: it never waits for the GPU and changes nothing. */
export function heldMemory({ runtime: { ledger }, memory }: Pick<Backend, 'runtime' | 'memory'>): HeldMemory {
  const held = ledger.byCategory();
  const { engine = 0, readback = 0 } = held;
  const tfjs = memory().bytesAllocated - (ledger.total() - engine - readback);
  return { now: { ...held, ...(tfjs > 0 && { tfjs }) }, peakBytes: ledger.peak() + tfjs };
}
