/**
 * Choosing the next token from one row of logits, on the CPU: repetition penalty, temperature, top-k, top-p and softmax
 * in Hugging Face's order and with its handling of ties. Linear in the vocabulary: cuts are found with a histogram of
 * scores, and only the bucket in which the cut falls is sorted. Leaves out random numbers (the caller brings a uniform)
 * and stopping.
 */

export interface SamplingSettings {
  /** 0 = always the most likely token. */
  temperature: number;
  /** Keep this many of the most likely tokens and all that tie with the last of them; 0 = off. */
  topK: number;
  /** Keep the most likely tokens up to and including the one with which their probability reaches topP; 1 = off. */
  topP: number;
  /** Scores of ids seen before are divided by this (multiplied when negative); 1 = off. */
  repetitionPenalty: number;
}

/** Tokens that may be drawn, most likely first (lower id first on ties), with probabilities that sum to 1. */
export interface KeptDistribution {
  ids: Int32Array;
  probs: Float64Array;
}

/** Histogram of scores by distance from the best: 32 buckets a nat, all beyond 50 nats in the last one. */
const bucketsPerNat = 32;
const bucketCount = 50 * bucketsPerNat + 1;

const bucketOf = (distance: number) => Math.min(bucketCount - 1, Math.floor(distance * bucketsPerNat));

/** Scores [vocab] in fp32 after the repetition penalty (Keskar et al. 2019, as HF applies it: once an id, by sign). */
function penalise(logits: Float32Array, penalty: number, previousIds: Iterable<number>): Float32Array {
  const scores = Float32Array.from(logits);
  if (penalty === 1) return scores;
  for (const id of new Set(previousIds)) {
    const score = scores[id];
    if (score !== undefined) scores[id] = score < 0 ? score * penalty : score / penalty;
  }
  return scores;
}

/** The id of the highest score, the lowest such id on ties. Throws on NaN, or when nothing is finite. */
function argmax(scores: Float32Array): number {
  let best = 0;
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] as number;
    if (Number.isNaN(score)) throw new Error(`internal: the logit of token ${id} is not a number`);
    if (score > (scores[best] as number)) best = id;
  }
  if (!Number.isFinite(scores[best])) throw new Error('internal: no finite logit to sample from');
  return best;
}

/** Ids of the tokens in one bucket, best first, lower ids first on ties. */
function idsInBucket(scores: Float32Array, best: number, bucket: number): Int32Array {
  const ids: number[] = [];
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] as number;
    if (score !== -Infinity && bucketOf(best - score) === bucket) ids.push(id);
  }
  return Int32Array.from(ids).sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}

/**
 * The token with which the running sum of `mass` over tokens, best first, reaches `target`; null when all together
 * do not. Tokens with score -Infinity do not take part.
 */
function crossingToken(
  scores: Float32Array,
  best: number,
  mass: (id: number) => number,
  target: number,
): number | null {
  const histogram = new Float64Array(bucketCount);
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] as number;
    if (score !== -Infinity) {
      const bucket = bucketOf(best - score);
      histogram[bucket] = (histogram[bucket] as number) + mass(id);
    }
  }
  let sum = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    const inBucket = histogram[bucket] as number;
    if (inBucket > 0 && sum + inBucket >= target) {
      const ids = idsInBucket(scores, best, bucket);
      for (const id of ids) {
        sum += mass(id);
        if (sum >= target) return id;
      }
      return ids.at(-1) ?? null;
    }
    sum += inBucket;
  }
  return null;
}

/** Removes (sets to -Infinity) what scores below the k-th best; ties with it stay, as in HF. */
function cutTopK(scores: Float32Array, best: number, topK: number): void {
  if (topK === 0 || topK >= scores.length) return;
  const last = crossingToken(scores, best, () => 1, topK);
  if (last === null) return;
  const lowest = scores[last] as number;
  for (let id = 0; id < scores.length; id++) if ((scores[id] as number) < lowest) scores[id] = -Infinity;
}

/** exp(score - best), unnormalised probabilities; 0 for removed tokens. */
function softmaxWeights(scores: Float32Array, best: number): { weights: Float64Array; total: number } {
  const weights = new Float64Array(scores.length);
  let total = 0;
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] as number;
    if (score === -Infinity) continue;
    const weight = Math.exp(score - best);
    weights[id] = weight;
    total += weight;
  }
  return { weights, total };
}

/** Sets the weights of the tokens after the one that reaches topP to 0 and returns the total of the rest. */
function cutTopP(scores: Float32Array, best: number, weights: Float64Array, total: number, topP: number): number {
  if (topP >= 1) return total;
  const last = crossingToken(scores, best, (id) => weights[id] as number, topP * total);
  if (last === null) return total;
  const lowest = scores[last] as number;
  let kept = 0;
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] as number;
    if (score < lowest || (score === lowest && id > last)) weights[id] = 0;
    else kept += weights[id] as number;
  }
  return kept;
}

/** Weights [vocab] of the tokens that remain (0 = removed) and their sum, for temperature > 0. */
function keptWeights(logits: Float32Array, settings: SamplingSettings, previousIds: Iterable<number>) {
  const scores = penalise(logits, settings.repetitionPenalty, previousIds);
  for (let id = 0; id < scores.length; id++) scores[id] = (scores[id] as number) / settings.temperature;
  const best = scores[argmax(scores)] as number;
  cutTopK(scores, best, settings.topK);
  const { weights, total } = softmaxWeights(scores, best);
  return { weights, total: cutTopP(scores, best, weights, total, settings.topP) };
}

/**
 * The distribution that sampleToken draws from.
 * @param logits raw next-token logits, [vocab]
 * @param previousIds prompt and generated ids so far, for the repetition penalty
 */
export function keptDistribution(
  logits: Float32Array,
  settings: SamplingSettings,
  previousIds: Iterable<number>,
): KeptDistribution {
  if (settings.temperature === 0) {
    const id = argmax(penalise(logits, settings.repetitionPenalty, previousIds));
    return { ids: Int32Array.of(id), probs: Float64Array.of(1) };
  }
  const { weights, total } = keptWeights(logits, settings, previousIds);
  const kept: number[] = [];
  weights.forEach((weight, id) => weight > 0 && kept.push(id));
  const ids = Int32Array.from(kept).sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b);
  return { ids, probs: Float64Array.from(ids, (id) => (weights[id] as number) / total) };
}

/**
 * Draws one token: the inverse of the cumulative distribution of the kept tokens in id order, at `uniform`.
 * The same arguments give the same token. Throws when a logit is NaN or none is finite.
 * @param uniform in [0, 1)
 */
export function sampleToken(
  logits: Float32Array,
  settings: SamplingSettings,
  previousIds: Iterable<number>,
  uniform: number,
): number {
  if (settings.temperature === 0) return argmax(penalise(logits, settings.repetitionPenalty, previousIds));
  const { weights, total } = keptWeights(logits, settings, previousIds);
  const target = uniform * total;
  let sum = 0;
  let last = 0;
  for (let id = 0; id < weights.length; id++) {
    const weight = weights[id] as number;
    if (weight === 0) continue;
    sum += weight;
    if (sum > target) return id;
    last = id;
  }
  return last;
}
