/**
 * Stages `reward` and `referee`: Bradley-Terry reward models, an adapter with a head each, started from the base or from SFT. The
 * reward model scores the rounds' responses. The referee is trained alike on pairs of other prompts, which no other stage trains
 * on, and only judges.
 */
import type { ParameterSet } from '../model/adapter-types';
import type { EncodedPair } from '../protocol/preference';
import type { Bytes } from '../storage/records';
import { trainReward } from '../training/reward';
import { freshHead, freshParameters } from './fresh-parameters';
import { headFiles, parameterFiles, readParameterFiles, withParameters } from './parameter-files';
import type { StageJob, StageWork } from './run-context';
import { rewardSettings } from './settings';
import { firstLoss, lastQuarterMeans } from './training-summary';

export const runReward: StageWork = async (job) => {
  const { original, voted, notes, files } = await job.pairs();
  return train(job, {
    kind: 'reward',
    pairs: [...original, ...voted],
    notes: [...job.context.data.trainNotes, ...notes],
    files,
  });
};

/** On pairs that no other stage sees; what a person decided about pairs of the other half does not touch it. */
export const runReferee: StageWork = (job) => {
  const { refereePairs, refereeNotes } = job.context.data;
  return train(job, { kind: 'referee', pairs: refereePairs, notes: refereeNotes, files: {} });
};

interface RewardTraining {
  kind: 'reward' | 'referee';
  pairs: EncodedPair[];
  notes: string[];
  /** What the stage keeps beside the model. */
  files: Record<string, Bytes>;
}

async function train(job: StageJob, { kind, pairs, notes, files }: RewardTraining) {
  const { context, stage, controls } = job;
  const { model, data, recipe, base } = context;
  const settings = rewardSettings(recipe, kind);
  for (const note of notes) controls.note(note);
  const hooks = await controls.train(pairs.length, settings);
  return withParameters(model, { [kind]: await startParameters(job) }, async () => {
    const { head, trainAccuracy, heldOutAccuracy, lengthCorrelation, rewardMean, rewardStd } = await trainReward({
      model,
      parameters: kind,
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
    return {
      files: { ...parameterFiles(await model.readParameters(kind), base), ...headFiles(head), ...files },
      summary,
    };
  });
}

async function startParameters({ context, stage, load }: StageJob): Promise<ParameterSet> {
  if (context.recipe.rewardBase === 'base') return freshParameters(context, stage.id);
  return readParameterFiles((await load('sft')).files, context.base.config);
}
