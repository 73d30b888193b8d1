/**
 * How far results may be from PyTorch's, as golden/README.md suggests with its reasons. The first set is for fp32 arithmetic
 * on the weights as they are stored, be that fp32 or fp16; the second for weights stored in fp32 that the engine rounds to fp16.
 */

export interface Tolerance {
  /** Absolute. */
  logits: number;
  /** Absolute, on sums of about -250. */
  summedLogp: number;
  /** Absolute, one token. */
  tokenLogp: number;
  probability: number;
  sftLoss: number;
  /** Absolute, or a share of the largest norm of the trajectory. */
  gradNorm: { measure: 'absolute' | 'share'; limit: number };
  reward: number;
  dpoLoss: number;
  dpoReward: number;
  /** Adapters: absolute for single entries, or a share of the adapter's norm. */
  finalAdapter: { measure: 'entries' | 'norm'; limit: number };
  /** Gradients: share of the tensor's largest entry, or of its norm. */
  gradient: { measure: 'entries' | 'norm'; limit: number };
  /** Relative. */
  lossType: number;
  /** Sampling cuts that are this close to a tie may fall on either side. */
  closeCut: { logits: number; probability: number };
}

export const exactWeights: Tolerance = {
  // PyTorch's own fp32 is off by up to 1.4e-5 from fp64.
  logits: 2e-4,
  summedLogp: 1e-3,
  tokenLogp: 2e-4,
  probability: 1e-4,
  sftLoss: 1e-4,
  gradNorm: { measure: 'absolute', limit: 1e-3 },
  reward: 1e-4,
  dpoLoss: 1e-4,
  dpoReward: 2e-4,
  // Single entries with a tiny gradient move by about the rate under Adam.
  finalAdapter: { measure: 'entries', limit: 5e-4 },
  gradient: { measure: 'entries', limit: 1e-3 },
  lossType: 1e-3,
  closeCut: { logits: 0, probability: 0 },
};

/**
 * Rounding the weights moves logits by up to 2e-2, summed log-probabilities by 0.2 %, losses by 1 % and adapters by 5 % of
 * their norm (golden/README.md). What follows from these has limits as measured: gradients of a difference of two like
 * sequences lose digits, and so do the norms of such gradients.
 * @param largestLogp the largest |summed log-probability| of the case, to which 0.2 % refers
 */
export function roundedWeights(largestLogp: number): Tolerance {
  return {
    logits: 2e-2,
    summedLogp: 2e-3 * largestLogp,
    tokenLogp: 2e-2,
    probability: 2e-2,
    sftLoss: 1e-2,
    gradNorm: { measure: 'share', limit: 1e-1 },
    reward: 5e-2,
    dpoLoss: 1e-2,
    dpoReward: 2e-2,
    finalAdapter: { measure: 'norm', limit: 5e-2 },
    gradient: { measure: 'norm', limit: 1e-1 },
    lossType: 2e-2,
    closeCut: { logits: 4e-2, probability: 5e-3 },
  };
}

/** Relative; the schedule is plain arithmetic. */
export const learningRateTolerance = 1e-6;
