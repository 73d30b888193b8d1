/**
 * Chat with the models of a run or of the library, outside any pipeline: the base model is loaded once, each answer loads the parameters of its model.
 * Leaves out who may use the GPU when (workers/playground.ts).
 */
import { decodeResponse, encodePrompt } from '../data/encode';
import { readModelFolder, type ModelFolder } from '../exchange/model-folder';
import { generateResponses } from '../generation/generate';
import { scoreSequences } from '../generation/score';
import type { ParameterSet, RewardHead } from '../model/adapter-types';
import { pairTargets, type PairIds } from '../model/batch';
import type { LanguageModel } from '../model/language-model';
import { CancelledError, InputError } from '../protocol/errors';
import type { PairLogRatios, PlaygroundAnswer, PlaygroundSampling } from '../protocol/playground';
import type { Message } from '../protocol/preference';
import type { Recipe } from '../protocol/recipe';
import type { NamedFile } from '../protocol/library';
import type { Bytes } from '../storage/records';
import { abortGate } from './abort-gate';
import { readHeadFile, readParameterFiles, withParameters } from './parameter-files';
import { createRunModel, type EngineParts } from './run-engine';
import { scorePairs, type LoadedModel, type PairRewards, type ScoreRequest } from './score-pairs';

type Files = Record<string, Bytes>;

export interface PlaygroundRequest {
  /** The files of the model's artifact; null for the bare base model. */
  parameters: Files | null;
  /** The reward model's artifact; null for no score. */
  reward: Files | null;
  messages: Message[];
  sampling: PlaygroundSampling;
  signal: AbortSignal;
  /** Hears the answer so far, several times. */
  onPart(text: string, tokens: number): void;
}

export interface WeighRequest {
  /** The files of each model's artifact; null for the bare base model. */
  parameters: Files | null;
  against: Files | null;
  pair: PairIds;
}

export interface Playground {
  /** Token by token, how much likelier a pair's responses are to one model than to another. */
  weigh(request: WeighRequest): Promise<PairLogRatios>;
  /** Rewards of both responses of pairs. */
  score(request: ScoreRequest): Promise<PairRewards>;
  /** A signal that is aborted ends the answer within a few tokens; what there is by then is returned. */
  answer(request: PlaygroundRequest): Promise<PlaygroundAnswer>;
  dispose(): void;
}

/** @throws InputError when the model does not fit the recipe's memory budget; DeviceError when a kernel is wrong on this GPU */
export async function openPlayground(
  files: readonly NamedFile[],
  recipe: Recipe,
  parts: EngineParts,
): Promise<Playground> {
  const folder = await readModelFolder(files);
  // Nothing is trained here, so a model that is too large for that can be asked all the same.
  const model = await createRunModel({ ...parts, work: ['generate', 'score'] }, recipe, folder.config, folder);
  return {
    answer: (request) => answer({ folder, model, recipe }, request),
    weigh: (request) => weigh({ folder, model, recipe }, request),
    score: (request) => scorePairs({ folder, model, recipe }, request),
    dispose: () => {
      model.dispose();
      parts.backend.releaseUnused();
    },
  };
}

async function answer({ folder, model, recipe }: LoadedModel, request: PlaygroundRequest): Promise<PlaygroundAnswer> {
  const { parameters, reward, messages, sampling, signal, onPart } = request;
  const { config, tokenizer, endTokenIds } = folder;
  const set = parameters && (await readParameterFiles(parameters, config));
  const maxPromptLength = config.contextLength - sampling.maxNewTokens;
  if (maxPromptLength < 1)
    throw new InputError(
      `The model's context has ${config.contextLength} tokens. Set “Longest response” lower, so that there is room for the prompt.`,
    );
  const [endTokenId] = endTokenIds;
  if (endTokenId === undefined) throw new Error('internal: readModelFolder gave no end token');
  const options = { maxLength: config.contextLength, promptFormat: recipe.promptFormat, endTokenId, maxPromptLength };
  const { ids: prompt, cut } = encodePrompt(messages, tokenizer, options);
  let ids: number[] = [];
  let ended = false;
  let started = 0;
  const stopped = await withParameters(model, set ? { playground: set } : {}, () =>
    untilAborted(signal, async (gate) => {
      started = performance.now();
      await generateResponses({
        model,
        parameters: set ? 'playground' : null,
        prompts: [prompt],
        settings: { ...sampling, samplesPerPrompt: 1, batchSize: 1, endTokenIds },
        gate,
        onProgress: () => {},
        onPartial: ([response]) => {
          if (!response) return;
          ({ ended } = response);
          ids = [...response.ids];
          onPart(wholeText(decodeResponse(ids, tokenizer)), ids.length);
        },
      });
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const text = decodeResponse(ids, tokenizer);
  const sequence = ended ? [...prompt, ...ids, endTokenId] : [...prompt, ...ids];
  const score = reward && !stopped ? await rewardOf(folder, model, reward, sequence) : null;
  return { text, tokens: ids.length, ended, stopped, cut, reward: score, seconds };
}

async function weigh(
  { folder, model }: LoadedModel,
  { parameters, against, pair }: WeighRequest,
): Promise<PairLogRatios> {
  const logpsBy = async (files: Files | null): Promise<Float32Array[]> => {
    const set = files && (await readParameterFiles(files, folder.config));
    return withParameters(model, set ? { weighed: set } : {}, () =>
      model.targetLogps({ groups: [pairTargets(pair)], parameters: set ? 'weighed' : null }),
    );
  };
  const [own, other] = [await logpsBy(parameters), await logpsBy(against)];
  const ratios = (i: number) => Array.from(own[i] ?? [], (logp, token) => logp - (other[i]?.[token] ?? Number.NaN));
  return { chosen: ratios(0), rejected: ratios(1) };
}

/** Runs `work` with a gate that ends it once the signal is aborted. @returns whether that happened */
async function untilAborted(signal: AbortSignal, work: (gate: () => Promise<void>) => Promise<void>): Promise<boolean> {
  try {
    await work(abortGate(signal, 'The answer was stopped.'));
    return false;
  } catch (error) {
    if (!(error instanceof CancelledError) || !signal.aborted) throw error;
    return true;
  }
}

/** A character whose last bytes have not come yet decodes to U+FFFD at the end. */
const wholeText = (text: string): string => text.replace(/\uFFFD+$/, '');

async function rewardOf(
  { config }: ModelFolder,
  model: LanguageModel,
  files: Files,
  sequence: number[],
): Promise<number | null> {
  const set: ParameterSet = await readParameterFiles(files, config);
  const head: RewardHead = await readHeadFile(files);
  const [score] = await withParameters(model, { reward: set }, () =>
    scoreSequences({
      model,
      parameters: 'reward',
      head,
      sequences: [sequence],
      batchSize: 1,
      gate: () => Promise.resolve(),
      onProgress: () => {},
    }),
  );
  return score ?? null;
}
