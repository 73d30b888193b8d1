/**
 * Every GPU buffer the fused engine owns, by category: what is allocated now, the peak, and who owns what.
 * A buffer that is not destroyed shows here. tfjs's own buffers are not counted here.
 */

/** What memory is for; the memory plan has the same categories. */
export type MemoryCategory =
  'weights' | 'adapters' | 'optimiser' | 'kept activations' | 'scratch' | 'batch' | 'kv cache' | 'readback' | 'engine';

export interface Ledger {
  add(category: MemoryCategory, bytes: number): void;
  remove(category: MemoryCategory, bytes: number): void;
  /** Bytes now. */
  total(): number;
  /** Most bytes at any one time since the start or the last resetPeak(). */
  peak(): number;
  resetPeak(): void;
  byCategory(): Partial<Record<MemoryCategory, number>>;
  /** Buffers created since the start; constant in the steady state. */
  created(): number;
}

export function createLedger(): Ledger {
  const bytes = new Map<MemoryCategory, number>();
  let [total, peak, created] = [0, 0, 0];
  const change = (category: MemoryCategory, by: number) => {
    bytes.set(category, (bytes.get(category) ?? 0) + by);
    total += by;
    peak = Math.max(peak, total);
  };
  return {
    add: (category, by) => {
      created++;
      change(category, by);
    },
    remove: (category, by) => change(category, -by),
    total: () => total,
    peak: () => peak,
    resetPeak: () => (peak = total),
    byCategory: () => Object.fromEntries([...bytes].filter(([, held]) => held !== 0)),
    created: () => created,
  };
}
