/**
 * What a model answers to a few held-out prompts while it is trained: greedily, so that a change is the training's. Only to look
 * at; no stage reads it, and it changes no number.
 */
import { decodeResponse } from '../data/encode';
import { generateResponses } from '../generation/generate';
import type { StageSample } from '../protocol/run-state';
import type { RunContext } from './run-context';

/** Samples of a training stage, besides the one before SFT: after each quarter of its steps. */
const parts = 4;

/** The steps after which samples are taken. */
export function sampleSteps(total: number): number[] {
  const steps = Array.from({ length: parts }, (_, i) => Math.ceil(((i + 1) * total) / parts));
  return [...new Set(steps)].filter((step) => step > 0);
}

export type TakeSample = (gate: () => Promise<void>) => Promise<StageSample['answers']>;

/** @param parameters name of the set in training; null when the recipe watches no prompt */
export function watchPrompts(context: RunContext, parameters: string): TakeSample | null {
  const { model, data, recipe, tokenizer, stopTokenIds } = context;
  const prompts = data.heldOutPrompts.slice(0, recipe.watchedPrompts);
  if (prompts.length === 0) return null;
  return async (gate) => {
    // Training and generation never hold their memory at once.
    model.releaseWorkspace();
    const responses = await generateResponses({
      model,
      parameters,
      prompts: prompts.map(({ ids }) => ids),
      settings: {
        temperature: 0,
        topK: 0,
        topP: 1,
        repetitionPenalty: 1,
        seed: 0,
        maxNewTokens: recipe.maxNewTokens,
        samplesPerPrompt: 1,
        batchSize: prompts.length,
        endTokenIds: stopTokenIds,
      },
      gate,
      onProgress: () => {},
    });
    model.releaseWorkspace();
    return responses.map(({ prompt, ids, ended }) => ({
      prompt: prompts[prompt]?.text ?? '',
      text: decodeResponse(ids, tokenizer),
      ended,
    }));
  };
}
