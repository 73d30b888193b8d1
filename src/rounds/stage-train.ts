/** Stage `train`: DPO from the model of the round before, on original and synthetic pairs, against a frozen reference. */
import type { ParameterSet } from '../model/adapter-types';
import { InputError } from '../protocol/errors';
import type { EncodedPair } from '../protocol/preference';
import { trainDpo } from '../training/dpo';
import { parameterFiles, readParameterFiles, withParameters } from './parameter-files';
import type { StageJob, StageWork } from './run-context';
import { dpoSettings } from './settings';
import { readSyntheticPairs } from './synthetic-pairs';
import { modelStage, pairStages, referenceStage } from './stages';
import { firstLoss, lastQuarterMeans } from './training-summary';

const reported = ['loss', 'rewards/accuracies', 'rewards/margins', 'rewards/chosen', 'rewards/rejected', 'kl'];

export const runTrain: StageWork = async (job) => {
  const { context, stage, controls } = job;
  const { model, recipe, base } = context;
  const settings = dpoSettings(recipe, stage.round);
  const synthetic = await syntheticPairs(job);
  const original = recipe.dpoMix === 'synthetic' ? [] : context.data.trainPairs;
  const pairs = [...original, ...synthetic];
  if (pairs.length === 0) throw noPairs(stage.round);
  controls.note(`${original.length} original and ${synthetic.length} synthetic pairs`);
  const hooks = await controls.train(pairs.length, settings);
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
      ...firstLoss(points),
      ...lastQuarterMeans(points, reported),
    };
    return { files: parameterFiles(await model.readParameters('policy'), base), summary };
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

/** Kept synthetic pairs of the rounds that the recipe's mix names; a response cut by the length limit has no end token. */
async function syntheticPairs({ context, stage, load }: StageJob): Promise<EncodedPair[]> {
  const withEnd = ({ ids, ended }: { ids: number[]; ended: boolean }) => (ended ? [...ids, context.endTokenId] : ids);
  const pairs: EncodedPair[] = [];
  for (const id of Object.values(pairStages(context.recipe, stage.round))) {
    for (const pair of readSyntheticPairs((await load(id)).files)) {
      if (pair.dropped !== null) continue;
      const { promptIds, chosen, rejected } = pair;
      pairs.push({ id: pair.id, promptIds, chosenIds: withEnd(chosen), rejectedIds: withEnd(rejected) });
    }
  }
  return pairs;
}

function noPairs(round: number): InputError {
  return new InputError(
    `Round ${round} has no pairs to train on: every synthetic pair was dropped. Lower pairMinMargin, raise samplesPerPrompt or maxNewTokens, or keep truncated responses.`,
  );
}
