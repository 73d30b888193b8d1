/** Stage `reward`: the Bradley-Terry reward model, an adapter with a head, started from the base or from SFT. */
import type { ParameterSet } from '../model/adapter-types';
import { trainReward } from '../training/reward';
import { freshHead, freshParameters } from './fresh-parameters';
import { headFiles, parameterFiles, readParameterFiles, withParameters } from './parameter-files';
import type { StageJob, StageWork } from './run-context';
import { rewardSettings } from './settings';
import { firstLoss, lastQuarterMeans } from './training-summary';

export const runReward: StageWork = async (job) => {
  const { context, stage, controls } = job;
  const { model, data, recipe, base } = context;
  const settings = rewardSettings(recipe);
  for (const note of data.trainNotes) controls.note(note);
  const { original: pairs, notes, files } = await job.pairs();
  for (const note of notes) controls.note(note);
  const hooks = await controls.train(pairs.length, settings);
  return withParameters(model, { reward: await startParameters(job) }, async () => {
    const { head, trainAccuracy, heldOutAccuracy, lengthCorrelation, rewardMean, rewardStd } = await trainReward({
      model,
      parameters: 'reward',
      head: freshHead(context, stage.id),
      pairs,
      heldOut: data.heldOutPairs,
      settings,
      hooks,
    });
    const summary = {
      pairs: pairs.length,
      ...firstLoss(controls.points()),
      ...lastQuarterMeans(controls.points(), ['loss', 'accuracy', 'margin']),
      train_accuracy: trainAccuracy,
      ...(heldOutAccuracy !== null && { held_out_accuracy: heldOutAccuracy }),
      length_correlation: lengthCorrelation,
      reward_mean: rewardMean,
      reward_std: rewardStd,
    };
    const trained = parameterFiles(await model.readParameters('reward'), base);
    return { files: { ...trained, ...headFiles(head), ...files }, summary };
  });
};

async function startParameters({ context, stage, load }: StageJob): Promise<ParameterSet> {
  if (context.recipe.rewardBase === 'base') return freshParameters(context, stage.id);
  return readParameterFiles((await load('sft')).files, context.base.config);
}
