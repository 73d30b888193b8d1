/** Trajectories of SFT, reward and DPO training, step by step, against TRL and PyTorch. */
import { scoreSequences } from '../../../src/generation/score';
import type { ParameterSet, RewardHead } from '../../../src/model/adapter-types';
import type { LanguageModel } from '../../../src/model/language-model';
import type { EncodedPair } from '../../../src/protocol/preference';
import { trainDpo } from '../../../src/training/dpo';
import type { StepReport, TrainingHooks } from '../../../src/training/hooks';
import { trainReward } from '../../../src/training/reward';
import { sequenceLogps } from '../../../src/training/sequence-logps';
import type { TrainingSettings } from '../../../src/training/settings';
import { trainSft } from '../../../src/training/sft';
import {
  absolute,
  maxAbsolute,
  normRelative,
  ready,
  relative,
  type Check,
  type CheckResult,
  type ParityCase,
} from '../case';
import type { DpoRow, ExpectedDpo, RewardVariant, TrainingLog, TrainingSetup } from '../expected';
import { mergeAdapter } from '../merge';
import { learningRateTolerance, type Tolerance } from '../tolerances';

export function settingsOf(setup: TrainingSetup): TrainingSettings {
  return {
    seed: 0,
    epochs: 1,
    shuffle: false,
    dropout: 0,
    decayBiases: true,
    schedule: setup.scheduler,
    batchSize: setup.batch_size * setup.accumulation,
    microBatchSize: setup.batch_size,
    learningRate: setup.learning_rate,
    warmup: { steps: setup.warmup_steps },
    weightDecay: setup.weight_decay,
    beta1: setup.beta1,
    beta2: setup.beta2,
    epsilon: setup.eps,
    maxGradNorm: setup.max_grad_norm,
    gradientCheckpointing: false,
  };
}

function recorder(): { hooks: TrainingHooks; steps: StepReport[] } {
  const steps: StepReport[] = [];
  return { steps, hooks: { gate: ready, onStep: (step) => steps.push(step) } };
}

/** The worst difference of one metric over all steps. */
function worstStep(steps: StepReport[], log: TrainingLog[], metric: string, from = 0): number {
  const pick = (values: number[]) => values.slice(from);
  return maxAbsolute(pick(steps.map((step) => step.metrics[metric] ?? NaN)), pick(log.map((row) => row[metric]!)));
}

function* compareSteps(
  name: string,
  steps: StepReport[],
  log: TrainingLog[],
  limits: Record<string, number>,
  { gradNorm }: Tolerance,
): Generator<CheckResult> {
  for (const [metric, limit] of Object.entries(limits))
    yield absolute(`${name}.${metric}`, worstStep(steps, log, metric), limit);
  const [norm, largest] = [worstStep(steps, log, 'grad_norm'), Math.max(...log.map((row) => row['grad_norm']!))];
  yield gradNorm.measure === 'absolute'
    ? absolute(`${name}.grad_norm`, norm, gradNorm.limit)
    : relative(`${name}.grad_norm`, norm / largest, gradNorm.limit);
  const rate = Math.max(...log.map((row) => row.learning_rate));
  yield relative(`${name}.learning_rate`, worstStep(steps, log, 'learning_rate') / rate, learningRateTolerance);
}

/** How far the trained set is from the golden one. */
async function compareAdapter(
  check: string,
  model: LanguageModel,
  name: string,
  wanted: ParameterSet,
  { finalAdapter: { measure, limit } }: Tolerance,
): Promise<CheckResult> {
  const trained = await model.readParameters(name);
  const pairs = [...wanted.tensors].map(([tensor, { data }]) => [trained.tensors.get(tensor)!.data, data] as const);
  if (measure === 'norm') return relative(check, normRelative(joined(pairs, 0), joined(pairs, 1)), limit);
  return absolute(check, Math.max(...pairs.map(([found, data]) => maxAbsolute(found, data))), limit);
}

const joined = (pairs: (readonly [Float32Array, Float32Array])[], side: 0 | 1) =>
  pairs.flatMap((pair) => [...pair[side]]);

export const checkSft: Check = async function* (parity) {
  const { model, expected, tolerance } = parity;
  if (!expected.sft) return;
  const { sft } = expected;
  const examples = sft.data.map((row) => ({ promptIds: row.prompt_ids, responseIds: row.completion_ids }));
  for (const lossOn of ['response', 'all'] as const) {
    const { hooks, steps } = recorder();
    model.addParameters('sft', await parity.adapter(sft.init_adapter));
    await trainSft({ model, parameters: 'sft', examples, settings: { ...settingsOf(sft), lossOn }, hooks });
    const name = lossOn === 'all' ? 'sft.all_tokens' : 'sft';
    const log = lossOn === 'all' ? allTokensLog(parity) : sft.steps_log;
    yield* compareSteps(name, steps, log, { loss: tolerance.sftLoss }, tolerance);
    if (lossOn === 'response') {
      yield await compareAdapter('sft.adapter', model, 'sft', await parity.adapter(sft.final_adapter), tolerance);
    }
    model.removeParameters('sft');
  }
};

/**
 * TRL's log over all tokens as a mean over targets. For GPT-2, transformers divides by sum(len) instead of sum(len - 1)
 * (golden/README.md, convention 4): loss and gradient are rescaled; clipping and Adam make the update the same.
 */
function allTokensLog({ expected }: ParityCase): TrainingLog[] {
  const {
    steps_log_all_tokens: log,
    all_tokens_denominator: denominator,
    data,
    batch_size,
    accumulation,
  } = expected.sft!;
  if (denominator === 'sum(len - 1)') return log;
  const perStep = batch_size * accumulation;
  return log.map((row, step) => {
    const rows = data.slice(step * perStep, (step + 1) * perStep);
    const lengths = rows.reduce(
      (sum, { prompt_ids, completion_ids }) => sum + prompt_ids.length + completion_ids.length,
      0,
    );
    const factor = lengths / (lengths - rows.length);
    return { ...row, loss: row.loss * factor, grad_norm: row.grad_norm * factor };
  });
}

const encoded = (rows: DpoRow[]): EncodedPair[] =>
  rows.map((row, i) => ({
    id: String(i),
    promptIds: row.prompt_ids,
    chosenIds: row.chosen_ids,
    rejectedIds: row.rejected_ids,
  }));

const dpoLimits = (tolerance: Tolerance) => ({
  loss: tolerance.dpoLoss,
  'rewards/chosen': tolerance.dpoReward,
  'rewards/rejected': tolerance.dpoReward,
  'rewards/margins': tolerance.dpoReward,
  'logps/chosen': tolerance.summedLogp,
  'logps/rejected': tolerance.summedLogp,
});

async function* dpoTrajectory(
  parity: ParityCase,
  name: string,
  model: LanguageModel,
  wanted: ExpectedDpo,
  rows: DpoRow[],
  start: { policy: string; reference: string | null },
): AsyncGenerator<CheckResult> {
  const tolerance = model === parity.model ? parity.tolerance : parity.mergedTolerance;
  const { hooks, steps } = recorder();
  model.addParameters('policy', await parity.adapter(start.policy));
  if (start.reference) model.addParameters('reference', await parity.adapter(start.reference));
  const reference = start.reference && 'reference';
  const pairs = encoded(rows);
  for (const side of ['chosen', 'rejected'] as const) {
    const stored = wanted[`ref_${side}_logps`];
    if (!stored) continue;
    const sequences = pairs.map((pair) => ({ promptIds: pair.promptIds, responseIds: pair[`${side}Ids`] }));
    const logps = await sequenceLogps({ model, parameters: reference, sequences, batchSize: 8, gate: ready });
    yield absolute(`${name}.ref_${side}_logps`, maxAbsolute(logps, stored), tolerance.summedLogp);
  }
  const settings = { ...settingsOf(wanted), beta: wanted.beta, labelSmoothing: 0 };
  await trainDpo({ model, policy: 'policy', reference, sft: null, startsAtReference: true, pairs, settings, hooks });
  yield* compareSteps(name, steps, wanted.steps_log, dpoLimits(tolerance), tolerance);
  // While policy and reference agree, the sign of a rounding error decides an accuracy (golden/README.md, convention 5).
  const from = wanted.steps_log.findIndex((row) => Math.abs(row['rewards/margins']!) > 1e-3);
  yield absolute(`${name}.accuracies`, worstStep(steps, wanted.steps_log, 'rewards/accuracies', from), 1e-6);
  yield await compareAdapter(`${name}.adapter`, model, 'policy', await parity.adapter(wanted.final_adapter), tolerance);
  model.removeParameters('policy');
  model.removeParameters('reference');
}

export const checkDpo: Check = async function* (parity) {
  const { dpo_round1: first, dpo_round2_continue: second, dpo_round2_merged: merged } = parity.expected;
  if (first && Array.isArray(first.data)) {
    yield* dpoTrajectory(parity, 'dpo1', parity.model, first, first.data, {
      policy: first.init_adapter,
      reference: null,
    });
  }
  if (!second || !Array.isArray(second.data)) return;
  const frozen = second.init_adapter;
  yield* dpoTrajectory(parity, 'dpo2', parity.model, second, second.data, { policy: frozen, reference: frozen });
  if (!merged) return;
  const weights = mergeAdapter(parity.weights, await parity.adapter(frozen), parity.folder.config);
  const model = parity.createModel(weights);
  const policy = merged.init_adapter.split(' ')[0]!;
  yield* dpoTrajectory(parity, 'dpo2_merged', model, merged, second.data, { policy, reference: null });
  model.dispose();
};

type Variant = 'head_only' | 'head_only_no_bias_decay' | 'lora_head' | 'full';

export const checkReward: Check = async function* (parity) {
  const { tolerance } = parity;
  const { reward } = parity.expected;
  if (!reward) return;
  const head = await parity.head(reward.init_head);
  const before = await scoreSequences({
    model: parity.model,
    parameters: null,
    head,
    sequences: reward.texts.map((text) => text.ids),
    batchSize: 3,
    gate: ready,
    onProgress: () => {},
  });
  yield absolute('reward.before', maxAbsolute(before, reward.rewards_before), tolerance.reward);
  for (const variant of ['head_only', 'head_only_no_bias_decay', 'lora_head', 'full'] as const) {
    yield* rewardTrajectory(parity, variant, reward[variant], head);
  }
};

async function rewardStart(parity: ParityCase, variant: Variant): Promise<ParameterSet | null> {
  if (variant === 'lora_head') return parity.adapter('adapter_init');
  return variant === 'full' ? parity.model.baseWeights() : null;
}

async function* rewardTrajectory(
  parity: ParityCase,
  variant: Variant,
  wanted: RewardVariant,
  head: RewardHead,
): AsyncGenerator<CheckResult> {
  const { model, expected, tolerance } = parity;
  const reward = expected.reward!;
  const start = await rewardStart(parity, variant);
  const parameters = start && 'reward';
  if (start) model.addParameters('reward', start);
  const { hooks, steps } = recorder();
  // The data are whole sequences; an empty prompt joins to the same ids.
  const pairs = reward.data.map((row, i) => ({
    id: String(i),
    promptIds: [],
    chosenIds: row.chosen_ids,
    rejectedIds: row.rejected_ids,
  }));
  const settings = {
    ...settingsOf(reward),
    headDropout: 0,
    margin: 0,
    centring: 0,
    decayBiases: variant !== 'head_only_no_bias_decay',
    train: start ? ('adapter-and-head' as const) : ('head' as const),
  };
  const result = await trainReward({ model, parameters, head, pairs, heldOut: [], settings, hooks });
  const name = `reward.${variant}`;
  const limits = { loss: tolerance.reward, margin: tolerance.reward, accuracy: 1e-6 };
  yield* compareSteps(name, steps, wanted.steps_log, limits, tolerance);
  const sequences = reward.texts.map((text) => text.ids);
  const after = await scoreSequences({
    model,
    parameters,
    head: result.head,
    sequences,
    batchSize: 3,
    gate: ready,
    onProgress: () => {},
  });
  const mean = after.reduce((a, b) => a + b, 0) / after.length;
  yield absolute(
    `${name}.rewards_after_centred`,
    maxAbsolute(
      after.map((value) => value - mean),
      wanted.rewards_after_centred,
    ),
    tolerance.reward,
  );
  if (wanted.final_head)
    yield absolute(
      `${name}.head`,
      headError(result.head, await parity.head(wanted.final_head)),
      tolerance.finalAdapter.limit,
    );
  if (wanted.final_adapter) {
    yield await compareAdapter(
      `${name}.adapter`,
      model,
      'reward',
      await parity.adapter(wanted.final_adapter),
      tolerance,
    );
  }
  model.removeParameters('reward');
}

/** The output bias moves on rounding noise alone (golden/README.md, convention 8) and is left out. */
function headError(actual: RewardHead, wanted: RewardHead): number {
  const names = [...wanted.keys()].filter((name) => name !== '3.bias');
  return Math.max(...names.map((name) => maxAbsolute(actual.get(name)!.data, wanted.get(name)!.data)));
}
