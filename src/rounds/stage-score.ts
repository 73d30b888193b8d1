/** Stage `score`: rewards of the round's responses, and the synthetic pairs that they make. */
import { z } from 'zod';
import { makePairs, type PairSettings } from '../data/pair-filters';
import { seededRandom } from '../data/seeded-random';
import { scoreSequences } from '../generation/score';
import type { Candidate } from '../protocol/preference';
import type { Recipe } from '../protocol/recipe';
import { chunk } from '../training/schedule';
import { dropFigures, dropNotes } from './drop-notes';
import { requireFinite } from './finite';
import { onceEach } from './once-each';
import { readHeadFile, readParameterFiles, withParameters } from './parameter-files';
import { readResponses, type PromptResponses } from './response-files';
import type { StageJob, StageWork } from './run-context';
import { scoringBatch, stageSeed } from './settings';
import { stageId } from './stages';
import { syntheticPairFiles } from './synthetic-pairs';

export const runScore: StageWork = async (job) => {
  const { context, stage, load, controls } = job;
  const { recipe } = context;
  const prompts = readResponses((await load(stageId('generate', stage.round))).files);
  const candidates = await scoreAll(job, prompts);
  const { pairs, counts, sigma, lengthCoefficient } = await makePairs({
    ...pairSettings(recipe),
    prompts: prompts.map(({ id, text, ids }) => ({ id, text, ids })),
    candidates,
    round: stage.round,
    random: seededRandom(stageSeed(recipe, stage.id), 'pairs'),
  });
  for (const note of dropNotes(counts)) controls.note(note);
  const scores = candidates.flat().map(({ score }) => score);
  const summary = {
    pairs: pairs.length,
    kept: counts.kept,
    ...dropFigures(counts),
    reward_mean: scores.reduce((sum, score) => sum + score, 0) / scores.length,
    reward_std: sigma,
    ...(lengthCoefficient !== null && { length_coefficient: lengthCoefficient }),
  };
  return { files: syntheticPairFiles(pairs), summary };
};

/** Every response's reward, on prompt + response + end token (none where the length limit cut it). */
async function scoreAll({ context, load, controls }: StageJob, prompts: PromptResponses[]): Promise<Candidate[][]> {
  const { model, recipe, base, endTokenId } = context;
  const sequences = prompts.flatMap(({ ids: promptIds, responses }) =>
    responses.map(({ ids, ended }) => [...promptIds, ...ids, ...(ended ? [endTokenId] : [])]),
  );
  controls.begin(sequences.length);
  const { files } = await load('reward');
  const head = await readHeadFile(files);
  const batchSize = scoringBatch(recipe);
  const parts = chunk(sequences, recipe.checkpointEvery * batchSize);
  const scorePart = async (part: number[][], before: number) => {
    const scores = await scoreSequences({
      model,
      parameters: 'reward',
      head,
      sequences: part,
      batchSize,
      gate: controls.gate,
      onProgress: (done) => controls.progress(before + done),
    });
    return requireFinite(scores, 'the rewards of the responses');
  };
  const scores = await withParameters(model, { reward: await readParameterFiles(files, base.config) }, () =>
    onceEach(controls, 'scores', parts, z.number(), scorePart),
  );
  let next = 0;
  return prompts.map(({ responses }) => responses.map((response) => ({ ...response, score: scores[next++] ?? NaN })));
}

function pairSettings(recipe: Recipe): PairSettings {
  return {
    policy: recipe.pairPolicy,
    minMargin: recipe.pairMinMargin,
    keepTruncated: recipe.pairKeepTruncated,
    maxSimilarity: recipe.pairMaxSimilarity,
    safetyRules: recipe.pairSafetyRules,
    lengthControl: recipe.pairLengthControl,
  };
}
