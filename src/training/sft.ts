/**
 * Supervised fine-tuning: mean negative log-likelihood over the target tokens of the whole accumulated batch.
 * Leaves out data preparation and what happens with the trained parameters.
 */
import { negativeLogLikelihood } from '../losses/likelihood';
import { allTargets, createBatch, disposeBatch, responseTargets, type TargetSequence } from '../model/batch';
import { runTraining } from '../model/forward-backward';
import type { LanguageModel } from '../model/language-model';
import { loraDropout } from './dropout';
import type { TrainingHooks } from './hooks';
import { assertFiniteLoss, runLoop } from './loop';
import { createOptimiser } from './optimiser';
import type { SftExample, SftSettings } from './settings';
import { sequenceLogpsOf, readStatistics, sumOfTargets } from './token-readout';

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
  const optimiser = createOptimiser([model.parameters(parameters).store], settings, hooks.resumeFrom);
  try {
    await runLoop({
      examples: sequences.length,
      settings,
      hooks,
      optimiser,
      microBatch: async (indices, planned, i, sums) => {
        const targetCount = sumOfTargets(planned.microBatches.flat().map((index) => sequences[index]!));
        const part: TargetSequence[] = indices.map((index) => sequences[index]!);
        const batch = createBatch(part, model.config.contextLength);
        const pass = runTraining(model, {
          batch,
          parameters,
          trainParameters: true,
          readout: 'tokens',
          loss: (statistics) => negativeLogLikelihood(sequenceLogpsOf(statistics, batch), targetCount),
          checkpointing: settings.gradientCheckpointing,
          ...loraDropout(settings.dropout, settings.seed, planned.step, i),
        });
        optimiser.accumulate(pass.gradients);
        const figures = await readStatistics(pass.readout, batch, part);
        disposeBatch(batch);
        pass.loss.dispose();
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
      metrics: (sums, _planned, seconds) => {
        const targets = sums.get('targets');
        const loss = sums.get('nll') / targets;
        return {
          loss,
          perplexity: Math.exp(loss),
          token_accuracy: sums.get('correct') / targets,
          entropy: sums.get('entropy') / targets,
          tokens: sums.get('tokens'),
          tokens_per_second: sums.get('tokens') / seconds,
        };
      },
    });
  } finally {
    optimiser.dispose();
  }
}
