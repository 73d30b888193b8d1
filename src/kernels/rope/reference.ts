/** Rotary embedding with the optional norms of queries and keys in float64, forward and backward: slow and exact. */

export interface RopeShape {
  tokens: number;
  heads: number;
  kvHeads: number;
  /** Even. */
  headDim: number;
  /** Of the norms of queries and keys. */
  epsilon: number;
}

/** Weights of the RMSNorms of queries and keys, each [headDim]. */
export interface RopeNormWeights {
  query: Float64Array;
  key: Float64Array;
}

export interface RopeTables {
  positions: Uint32Array;
  /** [positions, headDim]; both halves of a row are equal. */
  cos: Float64Array;
  sin: Float64Array;
}

/** Calls `visit` for each query and key head: where it starts in qkv, which norm it has, and its rows of the tables. */
function forEachHead(
  { tokens, heads, kvHeads, headDim: d }: RopeShape,
  { positions, cos, sin }: RopeTables,
  visit: (at: number, kind: 'query' | 'key', cos: Float64Array, sin: Float64Array) => void,
): void {
  for (let token = 0; token < tokens; token++) {
    const row = positions[token]! * d;
    for (let slot = 0; slot < heads + kvHeads; slot++)
      visit(
        (token * (heads + 2 * kvHeads) + slot) * d,
        slot < heads ? 'query' : 'key',
        cos.subarray(row, row + d),
        sin.subarray(row, row + d),
      );
  }
}

/** x cos + rotateHalf(x) sin, or with direction -1 the inverse of that rotation. */
function rotate(x: Float64Array, cos: Float64Array, sin: Float64Array, direction: number): Float64Array {
  const half = x.length / 2;
  return x.map((value, i) => value * cos[i]! + direction * (i < half ? -x[i + half]! : x[i - half]!) * sin[i]!);
}

const inverseRms = (x: Float64Array, epsilon: number) =>
  1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + epsilon);

/** qkv [T, (heads + 2 kvHeads) * d] with queries and keys rotated, after their norms if there are any. */
export function ropeReference(
  qkv: Float64Array,
  tables: RopeTables,
  shape: RopeShape,
  norm?: RopeNormWeights,
): Float64Array {
  const result = qkv.slice();
  forEachHead(shape, tables, (at, kind, cos, sin) => {
    const x = qkv.subarray(at, at + shape.headDim);
    const scale = norm ? inverseRms(x, shape.epsilon) : 1;
    result.set(rotate(norm ? x.map((value, i) => value * scale * norm[kind][i]!) : x, cos, sin, 1), at);
  });
  return result;
}

/** The gradients of the raw qkv and of the norm weights, from that of the rotated qkv. */
export function ropeBackwardReference(
  raw: Float64Array,
  gradient: Float64Array,
  tables: RopeTables,
  shape: RopeShape,
  norm?: RopeNormWeights,
): { dqkv: Float64Array; dNorm: RopeNormWeights } {
  const d = shape.headDim;
  const dqkv = gradient.slice();
  const dNorm = { query: new Float64Array(d), key: new Float64Array(d) };
  forEachHead(shape, tables, (at, kind, cos, sin) => {
    const dy = rotate(gradient.subarray(at, at + d), cos, sin, -1);
    if (!norm) return dqkv.set(dy, at);
    const x = raw.subarray(at, at + d);
    const scale = inverseRms(x, shape.epsilon);
    const product = dy.reduce((sum, value, i) => sum + value * norm[kind][i]! * x[i]!, 0);
    x.forEach((value, i) => {
      dqkv[at + i] = scale * dy[i]! * norm[kind][i]! - (value * scale ** 3 * product) / d;
      dNorm[kind][i]! += dy[i]! * value * scale;
    });
  });
  return { dqkv, dNorm };
}
