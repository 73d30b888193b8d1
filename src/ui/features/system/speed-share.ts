/** How much of what the GPU can do a speed is. Pure. */
import type { SystemReport } from '../../../protocol/system';

export type Ceilings = Pick<SystemReport, 'tiles' | 'ceiling'>;

/** The best matmul that was measured on this adapter, for a run or on request; null when none was. */
export function bestMatmul({ tiles, ceiling }: Ceilings): number | null {
  const best = Math.max(0, ...[...tiles, ...ceiling].map(({ flopsPerSecond }) => flopsPerSecond));
  return best > 0 ? best : null;
}

/** Of the best matmul, 0 to 1; null when none was measured. */
export function shareOf(flopsPerSecond: number, ceilings: Ceilings): number | null {
  const best = bestMatmul(ceilings);
  return best === null ? null : flopsPerSecond / best;
}

/** What is to be said of the shares; null where none is odd. */
export function shareRemark(flopsPerSecond: readonly number[], ceilings: Ceilings): string | null {
  const isOver = flopsPerSecond.some((speed) => (shareOf(speed, ceilings) ?? 0) > 1);
  return isOver
    ? 'A share over 100% says that the machine was busy when the matmul was measured: measure again.'
    : null;
}
