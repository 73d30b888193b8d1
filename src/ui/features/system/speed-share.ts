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
