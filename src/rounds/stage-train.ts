/** Stage `train`: DPO from the model of the round before, on original and synthetic pairs (training-pairs.ts), against a frozen reference. */
import type { ParameterSet } from '../model/adapter-types';
import { InputError } from '../protocol/errors';
import { trainDpo } from '../training/dpo';
import { parameterFiles, readParameterFiles, withParameters } from './parameter-files';
import type { StageJob, StageWork } from './run-context';
import { dpoSettings } from './settings';
import { modelStage, referenceStage } from './stages';
import { firstLoss, lastQuarterMeans } from './training-summary';
import { watchPrompts } from './watched-prompts';

const reported = ['loss', 'rewards/accuracies', 'rewards/margins', 'rewards/chosen', 'rewards/rejected', 'kl'];

export const runTrain: StageWork = async (job) => {
  const { context, stage, controls } = job;
  const { model, recipe, base } = context;
  const settings = dpoSettings(recipe, stage.round);
  const { original, synthetic, voted, reviewed, notes, files } = await job.pairs();
  const pairs = [...original, ...synthetic, ...voted];
  if (pairs.length === 0) throw noPairs(stage.round);
  controls.note(`${original.length} original and ${synthetic.length} synthetic pairs`);
  for (const note of notes) controls.note(note);
  // What SFT answered in the end is what the first round begins with. Where nothing was trained before it, nothing was asked.
  const untrained = context.importedAdapter !== null || recipe.sftEpochs === 0;
  const watch = { take: watchPrompts(context, 'policy'), fromStart: stage.round === 1 && untrained };
  const hooks = await controls.train(pairs.length, settings, watch);
  const { sets, sft } = await loadModels(job);
  return withParameters(model, sets, async () => {
    await trainDpo({
      model,
      policy: 'policy',
      reference: 'reference',
      sft,
      startsAtReference: referenceStage(recipe, stage.round) === modelStage(stage.round - 1),
      pairs,
      settings,
      hooks,
    });
    const points = controls.points();
    const summary = {
      original_pairs: original.length,
      synthetic_pairs: synthetic.length,
      ...(voted.length > 0 && { playground_pairs: voted.length }),
      ...(reviewed.length > 0 && { reviewed_pairs: reviewed.length }),
      ...firstLoss(points),
      ...lastQuarterMeans(points, reported),
    };
    return { files: { ...parameterFiles(await model.readParameters('policy'), base), ...files }, summary };
  });
};

/** The policy to train and the frozen models it is compared with; reference and SFT are loaded once where they are one. */
async function loadModels({ context, stage, load }: StageJob) {
  const read = async (id: string): Promise<ParameterSet> =>
    readParameterFiles((await load(id)).files, context.base.config);
  const reference = referenceStage(context.recipe, stage.round);
  const sets: Record<string, ParameterSet> = {
    policy: await read(modelStage(stage.round - 1)),
    reference: await read(reference),
  };
  if (reference === 'sft') return { sets, sft: 'reference' };
  return { sets: { ...sets, sft: await read('sft') }, sft: 'sft' };
}

function noPairs(round: number): InputError {
  return new InputError(
    `Round ${round} has no pairs to train on: every synthetic pair was dropped by a filter or in review. Lower pairMinMargin, raise samplesPerPrompt or maxNewTokens, or keep truncated responses.`,
  );
}
