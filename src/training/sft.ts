/**
 * Supervised fine-tuning: mean negative log-likelihood over the target tokens of the whole accumulated batch.
 * Leaves out data preparation and what happens with the trained parameters.
 */
import { negativeLogLikelihood } from '../losses/likelihood';
import { allTargets, responseTargets, type TargetSequence } from '../model/batch';
import type { LanguageModel } from '../model/language-model';
import type { TrainingHooks } from './hooks';
import { assertFiniteLoss, runLoop } from './loop';
import { createOptimiser } from './optimiser';
import type { SftExample, SftSettings } from './settings';

export interface SftArguments {
  model: LanguageModel;
  /** Name of the set that is trained in place. */
  parameters: string;
  examples: SftExample[];
  settings: SftSettings;
  hooks: TrainingHooks;
}

/** Trains `parameters`. Reports loss, perplexity, token_accuracy, entropy, tokens, tokens_per_second. */
export async function trainSft({ model, parameters, examples, settings, hooks }: SftArguments): Promise<void> {
  const toTargets = settings.lossOn === 'all' ? allTargets : responseTargets;
  const sequences = examples.map(({ promptIds, responseIds }) => toTargets(promptIds, responseIds));
  const optimiser = createOptimiser({ model, parameters, settings, resumeFrom: hooks.resumeFrom });
  try {
    await runLoop({
      examples: sequences.length,
      settings,
      hooks,
      optimiser,
      microBatch: async (indices, planned, i, sums) => {
        const targetCount = sumOfTargets(planned.microBatches.flat().map((index) => sequences[index]!));
        const part: TargetSequence[] = indices.map((index) => sequences[index]!);
        const { gradients, figures } = await model.train({
          groups: part.map((sequence) => [sequence]),
          parameters,
          trainParameters: true,
          objective: { readout: 'logps', loss: (logps) => negativeLogLikelihood(logps, targetCount) },
          checkpointing: settings.gradientCheckpointing,
          dropout: { rate: settings.dropout, seed: settings.seed, step: planned.step, microBatch: i },
        });
        optimiser.accumulate(gradients);
        for (const figure of figures) {
          sums.add('nll', -figure.logp);
          sums.add('entropy', figure.entropy);
          sums.add('correct', figure.correct);
          sums.add('targets', figure.count);
        }
        sums.add(
          'tokens',
          part.reduce((sum, { ids }) => sum + ids.length, 0),
        );
        await assertFiniteLoss(
          sums.get('nll'),
          planned.step,
          `the log-probabilities of micro-batch ${i + 1}`,
          optimiser,
        );
      },
      metrics: (sums) => {
        const targets = sums.get('targets');
        const loss = sums.get('nll') / targets;
        return {
          loss,
          perplexity: Math.exp(loss),
          token_accuracy: sums.get('correct') / targets,
          entropy: sums.get('entropy') / targets,
          tokens: sums.get('tokens'),
        };
      },
    });
  } finally {
    optimiser.dispose();
  }
}

/** Number of targets of all sequences. */
function sumOfTargets(sequences: TargetSequence[]): number {
  return sequences.reduce((total, { targets }) => total + targets.length, 0);
}
