/**
 * Attention over spans in float64, forward and backward: slow and exact. What the kernels must agree with, in tests and
 * in the self-test.
 */

export interface AttentionShape {
  /** Query heads, a multiple of kvHeads. */
  heads: number;
  kvHeads: number;
  headDim: number;
}

interface View {
  q: (token: number, head: number) => Float64Array;
  k: (token: number, head: number) => Float64Array;
  v: (token: number, head: number) => Float64Array;
}

/** Rows of qkv [T, (heads + 2 kvHeads) * d] by query head; k and v are those that the query head uses. */
function viewOf(qkv: Float64Array, { heads, kvHeads, headDim: d }: AttentionShape): View {
  const row = (token: number, slot: number) => {
    const at = (token * (heads + 2 * kvHeads) + slot) * d;
    return qkv.subarray(at, at + d);
  };
  const kvHead = (head: number) => Math.floor((head * kvHeads) / heads);
  return {
    q: row,
    k: (token, head) => row(token, heads + kvHead(head)),
    v: (token, head) => row(token, heads + kvHeads + kvHead(head)),
  };
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const add = (to: Float64Array, x: Float64Array, scale: number) => x.forEach((value, i) => (to[i]! += scale * value));

/** The keys that a token attends. */
export function attendedKeys(spans: Uint32Array, token: number): number[] {
  const [prefixStart = 0, prefixEnd = 0, ownStart = 0] = spans.subarray(4 * token, 4 * token + 3);
  const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  return [...upTo(prefixStart, prefixEnd), ...upTo(ownStart, token + 1)];
}

function scoresOf(view: View, keys: number[], token: number, head: number) {
  const q = view.q(token, head);
  const scores = keys.map((key) => dot(q, view.k(key, head)) / Math.sqrt(q.length));
  const largest = Math.max(...scores);
  const lse = largest + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0));
  return { weights: scores.map((score) => Math.exp(score - lse)), lse };
}

/** o [T, heads * d] = softmax(q k^T / sqrt(d)) v and lse [T, heads], the log of the softmax's denominator. */
export function attentionReference(
  qkv: Float64Array,
  spans: Uint32Array,
  shape: AttentionShape,
): { o: Float64Array; lse: Float64Array } {
  const { heads, headDim: d } = shape;
  const tokens = spans.length / 4;
  const view = viewOf(qkv, shape);
  const [o, lse] = [new Float64Array(tokens * heads * d), new Float64Array(tokens * heads)];
  for (let token = 0; token < tokens; token++) {
    const keys = attendedKeys(spans, token);
    for (let head = 0; head < heads; head++) {
      const at = token * heads + head;
      const scores = scoresOf(view, keys, token, head);
      lse[at] = scores.lse;
      keys.forEach((key, i) => add(o.subarray(at * d, (at + 1) * d), view.v(key, head), scores.weights[i]!));
    }
  }
  return { o, lse };
}

/** The gradient of qkv from the gradient of o [T, heads * d] (Dao et al. 2022, appendix B.2). */
export function attentionBackwardReference(
  qkv: Float64Array,
  spans: Uint32Array,
  shape: AttentionShape,
  gradient: Float64Array,
): Float64Array {
  const { heads, headDim: d } = shape;
  const result = new Float64Array(qkv.length);
  const [view, into] = [viewOf(qkv, shape), viewOf(result, shape)];
  for (let token = 0; token < spans.length / 4; token++) {
    const keys = attendedKeys(spans, token);
    for (let head = 0; head < heads; head++) {
      const at = (token * heads + head) * d;
      const dO = gradient.subarray(at, at + d);
      const { weights } = scoresOf(view, keys, token, head);
      const dWeights = keys.map((key) => dot(dO, view.v(key, head)));
      const delta = weights.reduce((sum, weight, i) => sum + weight * dWeights[i]!, 0);
      keys.forEach((key, i) => {
        const dScore = (weights[i]! * (dWeights[i]! - delta)) / Math.sqrt(d);
        add(into.v(key, head), dO, weights[i]!);
        add(into.q(token, head), view.k(key, head), dScore);
        add(into.k(key, head), view.q(token, head), dScore);
      });
    }
  }
  return result;
}
