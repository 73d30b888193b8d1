/** Settings of a trainer for tests, which change what they are about: one pass in batches of 4, plain AdamW, no dropout. */
import type { TrainingSettings } from '../../src/training/settings';

export const baseSettings: TrainingSettings = {
  seed: 3,
  epochs: 1,
  batchSize: 4,
  microBatchSize: 2,
  learningRate: 0.5,
  schedule: 'linear',
  warmup: { steps: 0 },
  weightDecay: 0,
  decayBiases: false,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  maxGradNorm: 1,
  gradientCheckpointing: false,
  dropout: 0,
  shuffle: true,
};
