/**
 * Direct preference optimisation of a named parameter set against a frozen reference set.
 * Leaves out how pairs are made and what happens with the trained parameters.
 */
import { dpoLoss } from '../losses/preference-losses';
import { pairTargets } from '../model/batch';
import type { LanguageModel, SequenceFigures } from '../model/language-model';
import { asVector, dispose, div, everySecond, fromHost, sum, tidy, type Vector } from '../ops/tensor';
import { TrainingError } from '../protocol/errors';
import type { EncodedPair } from '../protocol/preference';
import type { TrainingHooks } from './hooks';
import { assertFiniteLoss, runLoop, type MetricSums } from './loop';
import { createOptimiser } from './optimiser';
import { tokensOfPairs } from './pair-tokens';
import { pairLogps, type PairLogps } from './sequence-logps';
import type { DpoSettings } from './settings';

export interface DpoArguments {
  model: LanguageModel;
  /** Name of the set that is trained in place. */
  policy: string;
  /** Name of the frozen reference, null for the bare base model. */
  reference: string | null;
  /** A second frozen set to report kl_sft against; null for none. */
  sft: string | null;
  /** True when the policy starts as a copy of the reference: then the first loss must be ln 2. */
  startsAtReference: boolean;
  pairs: EncodedPair[];
  settings: DpoSettings;
  hooks: TrainingHooks;
}

/** How far the first step may be from loss ln 2 and margin 0. */
const startTolerance = 1e-4;

/**
 * Trains `policy`. Reports loss, rewards/chosen, rewards/rejected, rewards/accuracies, rewards/margins, logps/chosen,
 * logps/rejected, kl, kl_sft, entropy, length/chosen, length/rejected, tokens_per_second.
 * kl and kl_sft are mean log-ratios a token on the pairs' responses: estimates of the KL divergence only as far as the
 * responses come from the policy.
 * @throws TrainingError when the first step's loss is not ln 2 although the policy starts at the reference
 */
export async function trainDpo(args: DpoArguments): Promise<void> {
  const { model, policy, pairs, settings, hooks } = args;
  const reference = await frozenLogps(args, args.reference);
  const sft = args.sft === null || args.sft === args.reference ? null : await frozenLogps(args, args.sft);
  if (args.startsAtReference && settings.dropout > 0 && !hooks.resumeFrom)
    await checkStartWithoutDropout(args, reference);
  const optimiser = createOptimiser({ model, parameters: policy, settings, resumeFrom: hooks.resumeFrom });
  try {
    await runLoop({
      examples: pairs.length,
      settings,
      hooks,
      optimiser,
      microBatch: async (indices, planned, i, sums) => {
        const pairsInStep = planned.microBatches.flat().length;
        const frozen = referenceTensors(reference, indices);
        const { loss, figures, gradients } = await model.train({
          groups: indices.map((index) => pairTargets(pairs[index]!)),
          parameters: policy,
          trainParameters: true,
          objective: {
            readout: 'logps',
            loss: (logps) => {
              const inputs = { chosenLogps: everySecond(logps, 0), rejectedLogps: everySecond(logps, 1), ...frozen };
              return div(sum(dpoLoss(inputs, settings)), pairsInStep);
            },
          },
          checkpointing: settings.gradientCheckpointing,
          dropout: { rate: settings.dropout, seed: settings.seed, step: planned.step, microBatch: i },
        });
        optimiser.accumulate(gradients);
        sums.add('loss', loss);
        sums.add('tokens', tokensOfPairs(indices.map((index) => pairs[index]!)));
        indices.forEach((index, p) =>
          addPair(sums, index, figures[2 * p]!, figures[2 * p + 1]!, reference, sft, settings.beta),
        );
        dispose([frozen.referenceChosenLogps, frozen.referenceRejectedLogps]);
        await assertFiniteLoss(loss, planned.step, `the loss of micro-batch ${i + 1}`, optimiser);
      },
      metrics: (sums, planned) => {
        const figures = stepMetrics(sums, sft !== null);
        // Dropout moves the first step away from the reference; then it was checked without, before the first step.
        const exact = args.startsAtReference && settings.dropout === 0 && planned.step === 1;
        if (exact) assertStart(figures['loss']!, figures['rewards/margins']!, settings);
        return figures;
      },
    });
  } finally {
    optimiser.dispose();
  }
}

/** Computed once a (frozen set, pair), and used in every epoch. */
function frozenLogps({ model, pairs, settings, hooks }: DpoArguments, parameters: string | null): Promise<PairLogps> {
  return pairLogps({ model, parameters, pairs, batchSize: settings.microBatchSize, gate: hooks.gate });
}

function referenceTensors({ chosen, rejected }: PairLogps, indices: number[]) {
  const of = (values: Float32Array): Vector =>
    tidy(() =>
      asVector(
        fromHost(
          Float32Array.from(indices, (index) => values[index]!),
          [indices.length],
        ),
      ),
    );
  return { referenceChosenLogps: of(chosen), referenceRejectedLogps: of(rejected) };
}

function addPair(
  sums: MetricSums,
  index: number,
  chosen: SequenceFigures,
  rejected: SequenceFigures,
  reference: PairLogps,
  sft: PairLogps | null,
  beta: number,
): void {
  const ratioChosen = chosen.logp - reference.chosen[index]!;
  const ratioRejected = rejected.logp - reference.rejected[index]!;
  sums.add('pairs', 1);
  sums.add('rewards/chosen', beta * ratioChosen);
  sums.add('rewards/rejected', beta * ratioRejected);
  sums.add('rewards/accuracies', ratioChosen > ratioRejected ? 1 : 0);
  sums.add('logps/chosen', chosen.logp);
  sums.add('logps/rejected', rejected.logp);
  sums.add('length/chosen', chosen.count);
  sums.add('length/rejected', rejected.count);
  sums.add('log_ratio', ratioChosen + ratioRejected);
  if (sft) sums.add('log_ratio_sft', chosen.logp - sft.chosen[index]! + rejected.logp - sft.rejected[index]!);
  sums.add('entropy', chosen.entropy + rejected.entropy);
  sums.add('tokens', chosen.count + rejected.count);
}

const perPair = [
  'rewards/chosen',
  'rewards/rejected',
  'rewards/accuracies',
  'logps/chosen',
  'logps/rejected',
  'length/chosen',
  'length/rejected',
] as const;

function stepMetrics(sums: MetricSums, withSft: boolean): Record<string, number> {
  const pairs = sums.get('pairs');
  const means = Object.fromEntries(perPair.map((name) => [name, sums.get(name) / pairs]));
  const tokens = sums.get('tokens');
  const kl = sums.get('log_ratio') / tokens;
  return {
    loss: sums.get('loss'),
    ...means,
    'rewards/margins': means['rewards/chosen']! - means['rewards/rejected']!,
    kl,
    kl_sft: withSft ? sums.get('log_ratio_sft') / tokens : kl,
    entropy: sums.get('entropy') / tokens,
  };
}

function assertStart(loss: number, margin: number, { beta, labelSmoothing }: DpoSettings): void {
  if (Math.abs(loss - Math.LN2) <= startTolerance && Math.abs(margin) <= startTolerance) return;
  throw new TrainingError(
    `The first DPO step has loss ${loss.toFixed(6)} and margin ${margin.toFixed(6)} instead of ln 2 = 0.693147 and 0 ` +
      `(beta ${beta}, label smoothing ${labelSmoothing}): the reference is not the model that training starts from.`,
    1,
  );
}

/** The first step's check on one batch, with a forward pass of its own. */
async function checkStartWithoutDropout(args: DpoArguments, reference: PairLogps): Promise<void> {
  const { pairs, policy, settings } = args;
  const part = pairs.slice(0, settings.batchSize);
  const start = await frozenLogps({ ...args, pairs: part }, policy);
  const margins = part.map(
    (_, i) => settings.beta * (start.chosen[i]! - reference.chosen[i]! - (start.rejected[i]! - reference.rejected[i]!)),
  );
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  assertStart(mean(margins.map((margin) => Math.log1p(Math.exp(-margin)))), mean(margins), settings);
}
