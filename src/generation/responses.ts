/**
 * What is asked of a generation and what comes back, and the plan of its responses: limits, and the random stream of each,
 * which depends on (seed, the prompt's ids, occurrence, sample) alone. Leaves out the engines that fill the responses.
 */
import { streamKeys } from '../data/seeded-random';
import type { LanguageModel } from '../model/language-model';
import { InputError } from '../protocol/errors';
import type { SamplingSettings } from './sampling';

export interface GenerationSettings extends SamplingSettings {
  samplesPerPrompt: number;
  maxNewTokens: number;
  /** Sequences that are decoded side by side. */
  batchSize: number;
  seed: number;
  /** Any of these ends a response. */
  endTokenIds: number[];
}

export interface GeneratedResponse {
  /** Index into the prompts. */
  prompt: number;
  sample: number;
  /** Without the end token. */
  ids: number[];
  /** The end token that was drawn; null when the length limit came first. */
  endTokenId: number | null;
  ended: boolean;
}

export interface GenerateArguments {
  model: LanguageModel;
  /** Name of the parameter set, or null for the base model. */
  parameters: string | null;
  prompts: number[][];
  settings: GenerationSettings;
  gate: () => Promise<void>;
  onProgress(done: number, total: number): void;
  /** Hears the responses so far, in order, whenever tokens have come. They are the engine's own and go on growing. */
  onPartial?(responses: readonly GeneratedResponse[]): void;
}

/** A response to be made. */
export interface PlannedResponse {
  response: GeneratedResponse;
  promptIds: number[];
  /** The same for equal prompts, different for others. */
  promptKey: string;
  /** Tokens it may get: the setting, or what the context leaves after this prompt. */
  limit: number;
  /** Of its stream of random numbers; see philox(). */
  key: number;
  stream: number;
}

/** In order of prompt, then sample. @throws InputError when a prompt is empty or leaves no room for a response */
export function planResponses({
  model,
  prompts,
  settings,
}: Pick<GenerateArguments, 'model' | 'prompts' | 'settings'>): PlannedResponse[] {
  const seen = new Map<string, number>();
  return prompts.flatMap((promptIds, prompt) => {
    checkPrompt(promptIds, prompt, model.config.contextLength);
    const promptKey = promptIds.join(' ');
    // A prompt that occurs again gets samples of its own.
    const occurrence = seen.get(promptKey) ?? 0;
    seen.set(promptKey, occurrence + 1);
    return Array.from({ length: settings.samplesPerPrompt }, (_, sample) => {
      const [key, stream] = streamKeys(settings.seed, 'sample', promptKey, occurrence, sample);
      return {
        response: { prompt, sample, ids: [], endTokenId: null, ended: false },
        promptIds,
        promptKey,
        limit: Math.min(settings.maxNewTokens, model.config.contextLength - promptIds.length),
        key,
        stream,
      };
    });
  });
}

function checkPrompt(promptIds: readonly number[], prompt: number, contextLength: number): void {
  if (promptIds.length === 0)
    throw new InputError(`Prompt ${prompt + 1} has no tokens; a response needs at least one to start from.`);
  if (promptIds.length + 1 > contextLength) {
    throw new InputError(
      `Prompt ${prompt + 1} has ${promptIds.length} tokens; the model's context of ${contextLength} leaves no room.`,
    );
  }
}

/** Adds a drawn token to its response. */
export function recordToken(response: GeneratedResponse, token: number, isEnd: boolean): void {
  if (isEnd) {
    response.endTokenId = token;
    response.ended = true;
  } else {
    response.ids.push(token);
  }
}
