/** One way to run each trainer on a tiny random model, on either engine, so that every promise can be tested for all. */
import { expect } from 'vitest';
import type { Runtime } from '../../../src/gpu/runtime';
import type { ParameterSet } from '../../../src/model/adapter-types';
import type { ModelConfig } from '../../../src/model/config';
import { createDefinitionModel } from '../../../src/model/definition-model';
import { createFusedModel, type FusedModelOptions } from '../../../src/model/fused/fused-model';
import type { LanguageModel } from '../../../src/model/language-model';
import { initRewardHead } from '../../../src/model/reward-head';
import { tensorCount } from '../../../src/ops/tensor';
import type { EncodedPair } from '../../../src/protocol/preference';
import { seededRandom } from '../../../src/data/seeded-random';
import { trainDpo, type DpoArguments } from '../../../src/training/dpo';
import type { StepReport, TrainingHooks } from '../../../src/training/hooks';
import { trainReward, type RewardArguments } from '../../../src/training/reward';
import type { TrainingSettings } from '../../../src/training/settings';
import { trainSft, type SftArguments } from '../../../src/training/sft';
import {
  chosenExamples,
  flatValues,
  llamaConfig,
  plainSettings,
  randomLora,
  randomWeights,
  stepRecorder,
  type TestEngine,
} from '../../support/engine';

export const trainers = ['sft', 'reward', 'dpo'] as const;
export type Trainer = (typeof trainers)[number];

export const engines = ['definition', 'fused'] as const;
export type EngineName = (typeof engines)[number];

/** Every engine with every trainer. */
export const enginesAndTrainers = engines.flatMap((engine) => trainers.map((trainer) => [engine, trainer] as const));

/** One block is enough where only the trainer is looked at. */
export const smallConfig = { ...llamaConfig, layers: 1 };

export interface Training {
  trainer: Trainer;
  /** The definitions when absent. */
  engine?: EngineName;
  /** Of the fused engine; weights are packed halves unless it says otherwise. */
  fused?: Partial<FusedModelOptions>;
  pairs: EncodedPair[];
  config?: ModelConfig;
  settings?: Partial<TrainingSettings>;
  hooks?: Partial<TrainingHooks>;
  /** What is trained, under the name "policy"; a LoRA adapter by default. */
  start?: ParameterSet;
  sft?: Partial<SftArguments['settings']>;
  reward?: Partial<RewardArguments['settings']>;
  dpo?: Partial<DpoArguments> & { beta?: number; labelSmoothing?: number };
  /** Sees the loaded model before training. */
  before?(model: LanguageModel): void;
  /** Sees the model after training has thrown. */
  afterFailure?(model: LanguageModel): Promise<void>;
}

export interface Outcome {
  steps: StepReport[];
  /** The policy, then the reward head if there is one. */
  values: Float32Array;
  policy: ParameterSet;
}

/** The head that reward training starts from. */
export const startHead = (config: ModelConfig) =>
  initRewardHead(config.hiddenSize, (name) => seededRandom('test head', name));

async function runTrainer(model: LanguageModel, training: Training, hooks: TrainingHooks): Promise<Float32Array> {
  const { trainer, pairs, config = smallConfig } = training;
  const settings = { ...plainSettings, ...training.settings };
  if (trainer === 'sft') {
    const examples = chosenExamples(pairs);
    const sft = { ...settings, lossOn: 'response' as const, ...training.sft };
    await trainSft({ model, parameters: 'policy', examples, settings: sft, hooks });
  } else if (trainer === 'dpo') {
    const { beta = 0.1, labelSmoothing = 0, ...args } = training.dpo ?? {};
    model.addParameters('reference', await model.readParameters('policy'));
    const common = {
      model,
      policy: 'policy',
      reference: 'reference',
      sft: null,
      startsAtReference: true,
      pairs,
      hooks,
    };
    await trainDpo({ ...common, settings: { ...settings, beta, labelSmoothing }, ...args });
  } else {
    const own = { headDropout: 0, margin: 0, centring: 0, train: 'adapter-and-head' as const };
    const result = await trainReward({
      model,
      parameters: 'policy',
      head: startHead(config),
      pairs,
      heldOut: [],
      settings: { ...settings, ...own, ...training.reward },
      hooks,
    });
    return flatValues(result.head);
  }
  return new Float32Array();
}

/** Trains a fresh model, reads the result, and asserts that nothing stays on the GPU once the model is gone. */
export async function train({ backend: { runtime } }: TestEngine, training: Training): Promise<Outcome> {
  const { config = smallConfig, start = randomLora(config, 2), hooks = {}, engine = 'definition' } = training;
  const [tensors, held] = [tensorCount(), heldBytes(runtime)];
  const weights = randomWeights(config, 1);
  const model =
    engine === 'fused'
      ? createFusedModel(runtime, config, weights, { software: true, weightType: 'packed', ...training.fused })
      : createDefinitionModel(config, weights);
  model.addParameters('policy', start);
  training.before?.(model);
  try {
    const recorder = stepRecorder(hooks);
    const head = await runTrainer(model, training, recorder.hooks).catch(async (error: unknown) => {
      await training.afterFailure?.(model);
      throw error;
    });
    const policy = await model.readParameters('policy');
    return { steps: recorder.steps, policy, values: Float32Array.from([...flatValues(policy.tensors), ...head]) };
  } finally {
    model.dispose();
    expect(tensorCount(), 'tensors left behind').toBe(tensors);
    expect(heldBytes(runtime), 'bytes of the fused engine left behind').toBe(held);
  }
}

/** Bytes of the fused engine's buffers, but those of readbacks, which stay for the next. */
export function heldBytes({ ledger }: Runtime): number {
  return ledger.total() - (ledger.byCategory().readback ?? 0);
}

/** All metrics that do not depend on the clock, step by step. */
export function metricsOf(steps: StepReport[]): Record<string, number>[] {
  return steps.map(({ metrics }) => {
    const { tokens_per_second: _clock, ...rest } = metrics;
    return rest;
  });
}
