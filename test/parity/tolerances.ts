/**
 * How far results may be from PyTorch's, as golden/README.md suggests with its reasons. The first set is for fp32 arithmetic
 * on the weights as they are stored, be that fp32 or fp16; the second for weights stored in fp32 that the engine rounds to fp16.
 */
export const exactWeights = {
  /** Absolute; PyTorch's own fp32 is off by up to 1.4e-5 from fp64. */
  logits: 2e-4,
  /** Absolute, on sums of about -250. */
  summedLogp: 1e-3,
  /** Absolute, one token. */
  tokenLogp: 2e-4,
  probability: 1e-4,
  sftLoss: 1e-4,
  gradNorm: 1e-3,
  reward: 1e-4,
  dpoLoss: 1e-4,
  dpoReward: 2e-4,
  /** Absolute; single entries with a tiny gradient move by about the rate under Adam. */
  finalAdapter: 5e-4,
  /** Relative to the largest entry of the tensor. */
  gradient: 1e-3,
  /** Relative. */
  lossType: 1e-3,
};

export type Tolerance = typeof exactWeights;

/** @param largestLogp the largest |summed log-probability| of the case, to which 0.2 % refers */
export function roundedWeights(largestLogp: number): Tolerance {
  return {
    ...exactWeights,
    logits: 2e-2,
    summedLogp: 2e-3 * largestLogp,
    tokenLogp: 2e-2,
    probability: 2e-2,
    sftLoss: 1e-2,
    gradNorm: 5e-2,
    reward: 2e-2,
    dpoLoss: 1e-2,
    dpoReward: 2e-2,
    finalAdapter: 5e-3,
    gradient: 5e-2,
    lossType: 2e-2,
  };
}

/** Relative; the schedule is plain arithmetic. */
export const learningRateTolerance = 1e-6;
