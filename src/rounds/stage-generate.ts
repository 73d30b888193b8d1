/** Stage `generate`: k responses to each of the round's prompts from the model of the round before. */
import { decodeResponse } from '../data/encode';
import { readParameterFiles, withParameters } from './parameter-files';
import { responseFiles, type PromptResponses } from './response-files';
import type { StageWork } from './run-context';
import type { RunPrompt } from './run-data';
import { sampledResponses } from './sampled-responses';
import { generationSettings } from './settings';
import { modelStage } from './stages';

export const runGenerate: StageWork = async ({ context, stage, load, controls }) => {
  const { recipe, base, data, tokenizer, stopTokenIds } = context;
  const settings = generationSettings(recipe, stage.round, stopTokenIds);
  const { prompts, notes } = data.promptsOfRound(stage.round);
  for (const note of notes) controls.note(note);
  controls.begin(prompts.length * settings.samplesPerPrompt);
  const policy = await readParameterFiles((await load(modelStage(stage.round - 1))).files, base.config);
  const sampled = await withParameters(context.model, { policy }, () =>
    sampledResponses({
      context,
      controls,
      name: 'responses',
      parameters: 'policy',
      prompts: prompts.map(({ ids }) => ids),
      settings,
      before: 0,
    }),
  );
  const responses = sampled.flat();
  const byPrompt = prompts.map((prompt: RunPrompt, i): PromptResponses => ({
    ...prompt,
    responses: (sampled[i] ?? []).map(({ ids, ended }) => ({ text: decodeResponse(ids, tokenizer), ids, ended })),
  }));
  const tokens = responses.reduce((sum, { ids }) => sum + ids.length, 0);
  const summary = {
    prompts: prompts.length,
    responses: responses.length,
    mean_length: tokens / responses.length,
    end_rate: responses.filter(({ ended }) => ended).length / responses.length,
  };
  return { files: responseFiles(byPrompt), summary };
};
