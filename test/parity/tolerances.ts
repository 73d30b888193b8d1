/** Tolerances for fp32 arithmetic, as golden/README.md suggests them with their reasons; 16-bit weights round nothing here. */
export const tolerance = {
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
  /** Relative; the schedule is plain arithmetic. */
  learningRate: 1e-6,
} as const;
