/** Rewards of preference pairs outside the pipeline: what the reward model says about the dataset's own labels. */
import type { ModelFolder } from '../exchange/model-folder';
import { scoreSequences } from '../generation/score';
import type { LanguageModel } from '../model/language-model';
import type { PreferencePair } from '../protocol/preference';
import type { Recipe } from '../protocol/recipe';
import type { Bytes } from '../storage/records';
import { abortGate } from './abort-gate';
import { encodePair } from './encode-pair';
import { trainedEndToken } from './open-run';
import { readHeadFile, readParameterFiles, withParameters } from './parameter-files';
import { scoringBatch } from './settings';

/** The base model of a session outside the pipeline. */
export interface LoadedModel {
  folder: ModelFolder;
  model: LanguageModel;
  recipe: Recipe;
}

export interface ScoreRequest {
  /** The reward model's artifact. */
  reward: Record<string, Bytes>;
  pairs: readonly PreferencePair[];
  signal: AbortSignal;
}

/** One reward a pair, in order; NaN for a pair that the run's settings cannot encode. */
export interface PairRewards {
  chosen: Float32Array;
  rejected: Float32Array;
}

/** @throws CancelledError when the signal is aborted: nothing of the request is returned */
export async function scorePairs(
  { folder, model, recipe }: LoadedModel,
  { reward, pairs, signal }: ScoreRequest,
): Promise<PairRewards> {
  const { config, tokenizer } = folder;
  const context = { recipe, tokenizer, endTokenId: trainedEndToken(folder) };
  const encoded = pairs.flatMap((pair, place) => {
    const ids = encodePair(context, pair);
    return typeof ids === 'string' ? [] : [{ place, ...ids }];
  });
  const sequences = encoded.flatMap(({ promptIds, chosenIds, rejectedIds }) => [
    [...promptIds, ...chosenIds],
    [...promptIds, ...rejectedIds],
  ]);
  const rewards = await withParameters(model, { reward: await readParameterFiles(reward, config) }, async () =>
    scoreSequences({
      model,
      parameters: 'reward',
      head: await readHeadFile(reward),
      sequences,
      batchSize: scoringBatch(recipe),
      gate: abortGate(signal, 'The scoring was stopped.'),
      onProgress: () => {},
    }),
  );
  const [chosen, rejected] = [new Float32Array(pairs.length).fill(NaN), new Float32Array(pairs.length).fill(NaN)];
  encoded.forEach(({ place }, i) => {
    chosen[place] = rewards[2 * i] ?? NaN;
    rejected[place] = rewards[2 * i + 1] ?? NaN;
  });
  return { chosen, rejected };
}
