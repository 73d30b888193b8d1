/**
 * Reward-model training: Bradley-Terry loss on the reward head's values of chosen and rejected sequences, over an
 * adapter and the head, or the head alone.
 */
import { rewardLoss } from '../losses/reward-loss';
import type { RewardHead } from '../model/adapter-types';
import { lastTokenOnly } from '../model/batch';
import { dropoutMask } from '../model/dropout';
import type { LanguageModel } from '../model/language-model';
import type { ParameterStore } from '../model/parameter-store';
import { loadRewardHead, rewardHeadWidth, rewardOf } from '../model/reward-head';
import { rewardsOf } from '../model/rewards';
import { div, everySecond, keep, sum, takeToHost, type Vector } from '../ops/tensor';
import type { EncodedPair } from '../protocol/preference';
import type { TrainingHooks } from './hooks';
import { assertFiniteLoss, runLoop, type MetricSums } from './loop';
import { createOptimiser } from './optimiser';
import { tokensOfPairs } from './pair-tokens';
import type { RewardSettings } from './settings';

export interface RewardArguments {
  model: LanguageModel;
  /** Name of the set that is trained in place (or only used, with settings.train 'head'); null for the bare base, head only. */
  parameters: string | null;
  head: RewardHead;
  pairs: EncodedPair[];
  heldOut: EncodedPair[];
  settings: RewardSettings;
  hooks: TrainingHooks;
}

export interface RewardResult {
  head: RewardHead;
  /** Share of training pairs whose chosen response has the higher reward, after training. */
  trainAccuracy: number;
  heldOutAccuracy: number | null;
  /** Pearson correlation of reward and response length over the training pairs' responses. */
  lengthCorrelation: number;
  rewardMean: number;
  rewardStd: number;
}

/** Trains head and adapter. Reports loss, accuracy, margin, reward_min, reward_mean, reward_max, reward_chosen, reward_rejected, tokens_per_second. */
export async function trainReward(args: RewardArguments): Promise<RewardResult> {
  const { model, parameters, pairs, settings, hooks } = args;
  const head = loadRewardHead(args.head);
  const trainsSet = settings.train === 'adapter-and-head' && parameters !== null;
  // The logits' own matrix plays no part in a reward: without a gradient it must not decay either.
  const isTrained = (name: string) => name !== 'lm_head.weight';
  const optimiser = createOptimiser({
    model,
    parameters: trainsSet ? parameters : null,
    extra: head,
    settings,
    resumeFrom: hooks.resumeFrom,
    isTrained,
  });
  try {
    await runLoop({
      examples: pairs.length,
      settings,
      hooks,
      optimiser,
      microBatch: async (indices, planned, i, sums) => {
        const pairsInStep = planned.microBatches.flat().length;
        const part = indices.map((index) => pairs[index]!);
        const { headDropout, seed } = settings;
        const maskShape = [2 * part.length, rewardHeadWidth];
        const mask =
          headDropout > 0 ? dropoutMask(headDropout, maskShape, seed, planned.step, i, 'reward_head') : undefined;
        let kept: Vector | null = null;
        const { loss, gradients } = await model.train({
          groups: part.map((pair) => [chosenIdsOf(pair), rejectedIdsOf(pair)].map(lastTokenOnly)),
          parameters,
          trainParameters: trainsSet,
          extra: head.views(),
          objective: {
            readout: 'states',
            loss: (states) => {
              const rewards = rewardOf(states, head.views(), mask);
              kept = keep(rewards.clone());
              const losses = rewardLoss(everySecond(rewards, 0), everySecond(rewards, 1), settings);
              return div(sum(losses), pairsInStep);
            },
          },
          checkpointing: settings.gradientCheckpointing,
          dropout: { rate: settings.dropout, seed, step: planned.step, microBatch: i },
        });
        if (!kept) throw new Error('internal: the loss was not computed');
        const rewards = await takeToHost(kept);
        optimiser.accumulate(gradients);
        sums.add('loss', loss);
        sums.add('tokens', tokensOfPairs(part));
        part.forEach((_, p) => addPair(sums, rewards[2 * p]!, rewards[2 * p + 1]!));
        mask?.dispose();
        await assertFiniteLoss(loss, planned.step, `the loss of micro-batch ${i + 1}`, optimiser);
      },
      metrics: stepMetrics,
    });
    return { head: await head.read(), ...(await figuresAfterTraining(args, head)) };
  } finally {
    optimiser.dispose();
    head.dispose();
  }
}

const chosenIdsOf = ({ promptIds, chosenIds }: EncodedPair) => [...promptIds, ...chosenIds];
const rejectedIdsOf = ({ promptIds, rejectedIds }: EncodedPair) => [...promptIds, ...rejectedIds];

function addPair(sums: MetricSums, chosen: number, rejected: number): void {
  sums.add('pairs', 1);
  sums.add('accuracy', chosen > rejected ? 1 : 0);
  sums.add('reward_chosen', chosen);
  sums.add('reward_rejected', rejected);
  sums.lower('reward_min', Math.min(chosen, rejected));
  sums.raise('reward_max', Math.max(chosen, rejected));
}

function stepMetrics(sums: MetricSums): Record<string, number> {
  const pairs = sums.get('pairs');
  const [chosen, rejected] = [sums.get('reward_chosen') / pairs, sums.get('reward_rejected') / pairs];
  return {
    loss: sums.get('loss'),
    accuracy: sums.get('accuracy') / pairs,
    margin: chosen - rejected,
    reward_chosen: chosen,
    reward_rejected: rejected,
    reward_min: sums.get('reward_min'),
    reward_mean: (chosen + rejected) / 2,
    reward_max: sums.get('reward_max'),
  };
}

async function figuresAfterTraining(
  { model, parameters, pairs, heldOut, settings, hooks }: RewardArguments,
  head: ParameterStore,
) {
  const of = (sequences: number[][]) =>
    rewardsOf({ model, parameters, head, sequences, batchSize: settings.microBatchSize * 2, gate: hooks.gate });
  const accuracyOf = (chosen: Float32Array, rejected: Float32Array) =>
    chosen.reduce((right, reward, i) => right + (reward > rejected[i]! ? 1 : 0), 0) / chosen.length;
  const [chosen, rejected] = [await of(pairs.map(chosenIdsOf)), await of(pairs.map(rejectedIdsOf))];
  const heldOutAccuracy =
    heldOut.length > 0 ? accuracyOf(await of(heldOut.map(chosenIdsOf)), await of(heldOut.map(rejectedIdsOf))) : null;
  const rewards = [...chosen, ...rejected];
  const lengths = [...pairs.map((pair) => pair.chosenIds.length), ...pairs.map((pair) => pair.rejectedIds.length)];
  const { mean, std } = moments(rewards);
  return {
    trainAccuracy: accuracyOf(chosen, rejected),
    heldOutAccuracy,
    lengthCorrelation: correlation(rewards, lengths),
    rewardMean: mean,
    rewardStd: std,
  };
}

function moments(values: number[]): { mean: number; std: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, std: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) };
}

/** Pearson correlation; 0 when one of the two does not vary. */
function correlation(x: number[], y: number[]): number {
  const [a, b] = [moments(x), moments(y)];
  if (a.std === 0 || b.std === 0) return 0;
  return x.reduce((total, value, i) => total + (value - a.mean) * (y[i]! - b.mean), 0) / (x.length * a.std * b.std);
}
