/** Settings of the trainers, as plain data. Defaults and their reasons are the recipe's (src/protocol/recipe.ts). */

/** Settings that SFT, reward and DPO training share. */
export interface TrainingSettings {
  /** Seeds data order and dropout. */
  seed: number;
  epochs: number;
  /** Examples or pairs of one optimiser step. The last step of an epoch may have fewer. */
  batchSize: number;
  /** Examples or pairs of one forward pass. Does not change the result. */
  microBatchSize: number;
  learningRate: number;
  schedule: 'linear' | 'cosine' | 'constant';
  /** Steps in which the rate rises from 0: a share of all steps, rounded up, or a number. */
  warmup: { ratio: number } | { steps: number };
  weightDecay: number;
  /** Decay biases and norm weights too (torch.optim.AdamW(params) does, HF Trainer does not). */
  decayBiases: boolean;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Global L2 norm to which gradients are clipped. */
  maxGradNorm: number;
  gradientCheckpointing: boolean;
  /** LoRA dropout in this stage. */
  dropout: number;
  /** False keeps the given order (golden trajectories). */
  shuffle: boolean;
}

export interface SftSettings extends TrainingSettings {
  lossOn: 'response' | 'all';
}

export interface RewardSettings extends TrainingSettings {
  headDropout: number;
  margin: number;
  centring: number;
  /** 'head' freezes the adapter and trains the head alone. */
  train: 'head' | 'adapter-and-head';
}

export interface DpoSettings extends TrainingSettings {
  beta: number;
  labelSmoothing: number;
}

/** Prompt and response of one SFT example; the response ends with the end token. */
export interface SftExample {
  promptIds: number[];
  responseIds: number[];
}
