/** Attention of one query row a slot over its cache in plain float64 JavaScript. For tests and the self-test. */

/**
 * softmax(q . keys / sqrt(d)) values over the first `length` positions; zeros when there are none.
 * @param q [heads][d] of one row
 * @param keys [kvHead][position][d] of its slot
 */
export function decodeAttentionReference(
  q: readonly (readonly number[])[],
  keys: readonly (readonly (readonly number[])[])[],
  values: readonly (readonly (readonly number[])[])[],
  length: number,
): number[][] {
  const group = q.length / keys.length;
  return q.map((query, head) => {
    const kvHead = Math.floor(head / group);
    const seen = keys[kvHead]!.slice(0, length);
    const scores = seen.map((key) => key.reduce((sum, x, i) => sum + x * query[i]!, 0) / Math.sqrt(query.length));
    const best = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - best));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return query.map((_, i) =>
      weights.reduce((sum, weight, position) => sum + (weight / total) * values[kvHead]![position]![i]!, 0),
    );
  });
}
