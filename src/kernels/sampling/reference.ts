/** Sampling in plain float64 JavaScript with a full sort. For tests and the self-test; the studio's CPU sampler is another. */

export interface ReferenceSettings {
  temperature: number;
  topK: number;
  topP: number;
  repetitionPenalty: number;
}

/** Probabilities [vocab] after penalty, temperature, top-k (ties stay) and top-p (lower ids first on ties); 0 = removed. */
export function samplingReference(
  logits: ArrayLike<number>,
  settings: ReferenceSettings,
  seen: ReadonlySet<number>,
): Float64Array {
  const { temperature, topK, topP, repetitionPenalty: penalty } = settings;
  const scores = Float64Array.from(logits, (logit, id) => {
    const penalised = seen.has(id) ? (logit < 0 ? logit * penalty : logit / penalty) : logit;
    return temperature === 0 ? penalised : penalised / temperature;
  });
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
  const best = scores[order[0]!]!;
  const probabilities = new Float64Array(scores.length);
  if (temperature === 0) {
    probabilities[order[0]!] = 1;
    return probabilities;
  }
  const last = topK > 0 && topK < order.length ? scores[order[topK - 1]!]! : -Infinity;
  const afterTopK = order.filter((id) => scores[id]! >= last);
  const weights = afterTopK.map((id) => Math.exp(scores[id]! - best));
  const goal = topP * weights.reduce((sum, weight) => sum + weight, 0);
  let running = 0;
  const kept = afterTopK.filter((_, i) => {
    const keep = running < goal || topP >= 1 || i === 0;
    running += weights[i]!;
    return keep;
  });
  const total = kept.reduce((sum, id) => sum + Math.exp(scores[id]! - best), 0);
  for (const id of kept) probabilities[id] = Math.exp(scores[id]! - best) / total;
  return probabilities;
}

/** The first id at which the running probability exceeds `uniform`. */
export function drawReference(probabilities: ArrayLike<number>, uniform: number): number {
  let running = 0;
  let last = 0;
  for (let id = 0; id < probabilities.length; id++) {
    if (probabilities[id] === 0) continue;
    last = id;
    running += probabilities[id]!;
    if (running > uniform) return id;
  }
  return last;
}
