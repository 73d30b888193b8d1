/**
 * Stage `sft`: trains on the chosen responses (or the items of an SFT dataset), or takes an imported adapter or, with no epochs,
 * the model as it is as the result.
 */
import type { EncodedPair } from '../protocol/preference';
import { trainSft } from '../training/sft';
import { freshParameters } from './fresh-parameters';
import { parameterFiles, withParameters } from './parameter-files';
import type { StageJob, StageWork } from './run-context';
import { sftSettings } from './settings';
import type { StageResult } from './stage-runner';
import { firstLoss, lastQuarterMeans } from './training-summary';
import { watchPrompts } from './watched-prompts';

export const runSft: StageWork = async (job) => {
  if (job.context.importedAdapter) return takeImported(job);
  return job.context.recipe.sftEpochs === 0 ? takeModel(job) : train(job);
};

function takeImported({ context, controls }: StageJob): StageResult {
  const { importedAdapter, base } = context;
  if (!importedAdapter) throw new Error('internal: no imported adapter');
  controls.note(`the imported adapter ${importedAdapter.name} takes the place of SFT`);
  return { files: parameterFiles(importedAdapter.adapter, base), summary: {}, skipped: true };
}

/** Parameters that are not trained: the rounds and the reward model start from them as they would from SFT's. */
async function takeModel({ context, stage, controls }: StageJob): Promise<StageResult> {
  controls.note('SFT is left out (0 epochs): the model as it is takes its place');
  return {
    files: parameterFiles(await freshParameters(context, stage.id), context.base),
    summary: {},
    skipped: true,
  };
}

async function train({ context, stage, controls, pairs }: StageJob): Promise<StageResult> {
  const { model, data, recipe, base } = context;
  const settings = sftSettings(recipe);
  const { original, reviewed, notes, files } = await pairs();
  const examples = reviewed.length === 0 ? data.sftExamples : original.map(chosenOf);
  for (const note of [...data.trainNotes, ...notes]) controls.note(note);
  const watch = { take: watchPrompts(context, 'policy'), fromStart: true };
  const hooks = await controls.train(examples.length, settings, watch);
  return withParameters(model, { policy: await freshParameters(context, stage.id) }, async () => {
    await trainSft({ model, parameters: 'policy', examples, settings, hooks });
    const points = controls.points();
    const summary = {
      examples: examples.length,
      ...firstLoss(points),
      ...lastQuarterMeans(points, ['loss', 'perplexity', 'token_accuracy']),
    };
    return { files: { ...parameterFiles(await model.readParameters('policy'), base), ...files }, summary };
  });
}

const chosenOf = ({ promptIds, chosenIds }: EncodedPair) => ({ promptIds, responseIds: chosenIds });
