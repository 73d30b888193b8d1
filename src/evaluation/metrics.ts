/**
 * Figures of one model: its responses' variety and repetition, implicit rewards on held-out pairs, divergence from SFT.
 * Pure functions of raw data. Comparisons between models are in win-rate.ts.
 */
import { mean } from './statistics';

/** All runs of `n` neighbouring tokens as text keys. */
function ngrams(ids: readonly number[], n: number): string[] {
  return Array.from({ length: Math.max(0, ids.length - n + 1) }, (_, i) => ids.slice(i, i + n).join(','));
}

/**
 * distinct-n (Li et al. 2016): different n-grams over all n-grams, of all responses together, in token ids.
 * 0 when there is no n-gram. Falls as the number of responses grows: compare equal numbers only.
 */
export function distinct(responses: readonly (readonly number[])[], n: number): number {
  const all = responses.flatMap((ids) => ngrams(ids, n));
  return all.length === 0 ? 0 : new Set(all).size / all.length;
}

/**
 * Repetition: the share of 4-grams (of token ids) that already occurred earlier in the same response, over all
 * responses' 4-grams together; 0 when no response has four tokens.
 */
export function repetition(responses: readonly (readonly number[])[]): number {
  let total = 0;
  let repeated = 0;
  for (const ids of responses) {
    const grams = ngrams(ids, 4);
    total += grams.length;
    repeated += grams.length - new Set(grams).size;
  }
  return total === 0 ? 0 : repeated / total;
}

/** Summed response log-probabilities (nats) of a held-out pair under a model and under what it is compared with. */
export interface ComparedLogps {
  chosen: number;
  rejected: number;
  referenceChosen: number;
  referenceRejected: number;
}

/**
 * Implicit rewards beta (log pi - log ref) on pairs: accuracy = share whose chosen reward is strictly higher,
 * margin = mean of chosen minus rejected reward (Rafailov et al. 2023). Needs at least one pair.
 */
export function implicitRewardFigures(
  pairs: readonly ComparedLogps[],
  beta: number,
): { accuracy: number; margin: number } {
  const margins = pairs.map((p) => beta * (p.chosen - p.referenceChosen - (p.rejected - p.referenceRejected)));
  return { accuracy: mean(margins.map((margin) => (margin > 0 ? 1 : 0))), margin: mean(margins) };
}

/** A model's own response: its length in tokens and its summed log-probabilities (nats), end token included. */
export interface ScoredSample {
  tokens: number;
  logpModel: number;
  logpSft: number;
}

/**
 * KL(model || SFT) estimated on the model's own samples as the mean of log pi - log sft, in nats a response and
 * a token. Unbiased for samples at temperature 1 without cuts; with other decoding it is the same mean over what
 * was decoded. Can come out negative by chance.
 */
export function klFromSft(samples: readonly ScoredSample[]): { perResponse: number; perToken: number } {
  const total = samples.reduce((sum, s) => sum + s.logpModel - s.logpSft, 0);
  const tokens = samples.reduce((sum, s) => sum + s.tokens, 0);
  return { perResponse: total / samples.length, perToken: tokens === 0 ? 0 : total / tokens };
}
