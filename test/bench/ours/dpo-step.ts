/** One micro-step of DPO with the studio's model, as its trainer takes it, and the settings of the steps. */
import { dpoLoss } from '../../../src/losses/preference-losses';
import { pairTargets } from '../../../src/model/batch';
import type { LoraConfig } from '../../../src/model/adapter-types';
import type { ModelConfig } from '../../../src/model/config';
import { layOutFlat } from '../../../src/model/fused/flat-batch';
import type { FusedModel } from '../../../src/model/fused/fused-model';
import { memoryPlan, type MemoryPlan, type MemoryWork, type PassWork } from '../../../src/model/fused/plan';
import type { TrainingOutcome } from '../../../src/model/language-model';
import { asVector, div, everySecond, fromHost, sum, type Vector } from '../../../src/ops/tensor';
import type { EncodedPair } from '../../../src/protocol/preference';
import type { TrainingSettings } from '../../../src/training/settings';
import { dpoSettings, type ReferencedPair } from '../contender';

/** Only what the optimiser reads matters here. */
export const trainingSettings: TrainingSettings = {
  ...dpoSettings,
  seed: 0,
  epochs: 1,
  batchSize: 1,
  microBatchSize: 1,
  schedule: 'constant',
  warmup: { steps: 0 },
  decayBiases: true,
  gradientCheckpointing: false,
  dropout: 0,
  shuffle: false,
};

/** Forward and backward over `pairs`, for the parameter set "policy". */
export function trainPairs(
  model: FusedModel,
  pairs: readonly ReferencedPair[],
  checkpointing: boolean,
): Promise<TrainingOutcome> {
  return model.train({
    groups: pairs.map(pairTargets),
    parameters: 'policy',
    trainParameters: true,
    checkpointing,
    objective: { readout: 'logps', loss: (logps) => meanLoss(logps, pairs) },
  });
}

function meanLoss(logps: Vector, pairs: readonly ReferencedPair[]) {
  const vector = (values: number[]) => asVector(fromHost(Float32Array.from(values), [pairs.length]));
  const inputs = {
    chosenLogps: everySecond(logps, 0),
    rejectedLogps: everySecond(logps, 1),
    referenceChosenLogps: vector(pairs.map((pair) => pair.referenceChosenLogp)),
    referenceRejectedLogps: vector(pairs.map((pair) => pair.referenceRejectedLogp)),
  };
  return div(sum(dpoLoss(inputs, { beta: dpoSettings.beta, labelSmoothing: 0 })), pairs.length);
}

export interface PlannedStep extends Pick<MemoryWork, 'weightType' | 'sets'> {
  lora: LoraConfig;
  pairs: readonly EncodedPair[];
  sharePrefixes: boolean;
  /** Recompute every block. */
  checkpointing: boolean;
}

/** What the memory plan gives for steps over these pairs, with a pass for reference log-probabilities. */
export function stepPlan(
  config: ModelConfig,
  { pairs, sharePrefixes, checkpointing, ...work }: PlannedStep,
  budgetBytes: number,
): MemoryPlan {
  const { tokens, rows, sequences, longest } = layOutFlat(pairs.map(pairTargets), sharePrefixes);
  const pass: PassWork = { tokens, rows, sequences, longest, training: true, checkpointing };
  const passes = [pass, { ...pass, training: false }];
  return memoryPlan(config, { ...work, trains: true, passes, generation: null }, budgetBytes);
}
