/** Sums over GPU memory by category, for every thread. */
import type { MemoryByCategory } from './run-state';

/** Bytes of all categories together. */
export const memoryTotal = (bytes: MemoryByCategory): number =>
  Object.values(bytes).reduce((sum, held) => sum + held, 0);
