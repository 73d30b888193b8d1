/** Rotary embedding and Qwen3's head norms in float64, slow and plain. */
import type { RopeShape } from './rope';

export interface RopeTablesReference {
  positions: ArrayLike<number>;
  cos: ArrayLike<number>;
  sin: ArrayLike<number>;
  /** Norm weights [d]; absent for none. */
  norm?: { query: ArrayLike<number>; key: ArrayLike<number> };
}

/** qkv [tokens, (heads + 2 kvHeads) * d] to the same with q and k heads normed (where there are norms) and turned. */
export function ropeReference(
  qkv: ArrayLike<number>,
  { tokens, heads, kvHeads, headDim, epsilon }: RopeShape,
  { positions, cos, sin, norm }: RopeTablesReference,
): Float64Array {
  const out = Float64Array.from(qkv);
  const [all, half] = [heads + 2 * kvHeads, headDim / 2];
  for (let token = 0; token < tokens; token++) {
    for (let head = 0; head < heads + kvHeads; head++) {
      const at = (token * all + head) * headDim;
      const weight = head < heads ? norm?.query : norm?.key;
      const x = Array.from({ length: headDim }, (_, i) => qkv[at + i]!);
      const scale = weight ? 1 / Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / headDim + epsilon) : 1;
      const normed = x.map((value, i) => value * scale * (weight?.[i] ?? 1));
      for (let i = 0; i < headDim; i++) {
        const table = positions[token]! * headDim + i;
        const other = i < half ? -normed[i + half]! : normed[i - half]!;
        out[at + i] = normed[i]! * cos[table]! + other * sin[table]!;
      }
    }
  }
  return out;
}
