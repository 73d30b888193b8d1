/**
 * What this adapter reaches at the most in the studio's own matmul: every tile on large square matrices. Runs do not compute with
 * what is chosen here; it is what their speed is compared with where their own kernels were not measured.
 */
import { tuneMatmul, type MatmulShape } from '../kernels/matmul/tune';
import type { Backend } from '../ops/backend';
import type { AdapterSummary } from '../protocol/adapter';
import type { StoredTiles } from '../storage/records';
import { canonicalJson } from './canonical-json';

/** Rows and columns: enough for a graphics card to forget what a dispatch costs, few enough for a processor to take seconds. */
const sizes = { software: 512, hardware: 2048 };

export function measureCeiling({ runtime, summary }: Pick<Backend, 'runtime' | 'summary'>): Promise<StoredTiles> {
  const size = summary.software ? sizes.software : sizes.hardware;
  const shapes = (['nt', 'nn'] as const).map((layout): MatmulShape => ({
    ...{ layout, weightType: runtime.halves, rows: size, k: size, n: size },
  }));
  return tuneMatmul(runtime, shapes, summary.software);
}

/** Under which the measurement is remembered: by adapter. */
export function ceilingKey({ vendor, architecture, description, features }: AdapterSummary): string {
  return canonicalJson({ ceiling: sizes, vendor, architecture, description, features });
}
