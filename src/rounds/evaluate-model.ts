/**
 * One model on the held-out data: its responses with rewards and log-probabilities, and its log-probabilities of the
 * held-out pairs. Figures are computed from these in src/evaluation, so they can be kept and used again in later rounds.
 */
import { z } from 'zod';
import { decodeResponse } from '../data/encode';
import type { EvaluatedModel, EvaluatedPair, EvaluatedResponse } from '../evaluation/build-results';
import { generateResponses } from '../generation/generate';
import { scoreSequences } from '../generation/score';
import type { ParameterSet, RewardHead } from '../model/adapter-types';
import { sequenceLogps } from '../training/sequence-logps';
import type { SftExample } from '../training/settings';
import { withParameters } from './parameter-files';
import type { RunContext } from './run-context';
import { evaluationSettings } from './settings';

const pairLogps = z.object({ chosen: z.number(), rejected: z.number() });

/** Evaluated models as they are kept in an artifact. */
export const evaluatedModelsSchema = z.array(
  z.object({
    name: z.string(),
    responses: z.array(
      z.object({
        promptId: z.string(),
        text: z.string(),
        ids: z.array(z.number()),
        ended: z.boolean(),
        reward: z.number(),
        logpModel: z.number().nullable(),
        logpSft: z.number().nullable(),
      }),
    ),
    heldOutPairs: z.array(pairLogps.extend({ reference: pairLogps.nullable(), sft: pairLogps.nullable() })),
  }),
) satisfies z.ZodType<EvaluatedModel[]>;

/** What a model is evaluated with; parameter sets are on the host and loaded only while they are needed. */
export interface Judges {
  sft: ParameterSet;
  reward: { set: ParameterSet; head: RewardHead };
  gate: () => Promise<void>;
  onProgress(done: number): void;
}

/** Models evaluated before, whose log-probabilities of the pairs serve as reference and SFT. */
export interface ComparedModels {
  reference: EvaluatedModel | null;
  sft: EvaluatedModel | null;
}

/** @param parameters null for the bare base model */
export async function evaluateModel(
  context: RunContext,
  name: string,
  parameters: ParameterSet | null,
  judges: Judges,
  compared: ComparedModels,
): Promise<EvaluatedModel> {
  const own = await withParameters(context.model, parameters ? { policy: parameters } : {}, () =>
    answerAndRead(context, parameters ? 'policy' : null, judges),
  );
  const sftLogps = await withParameters(context.model, { sft: judges.sft }, () =>
    logps(context, 'sft', own.examples, judges.gate),
  );
  const rewards = await scoreExamples(context, own.examples, judges);
  const responses = own.responses.map((response, i): EvaluatedResponse => ({
    ...response,
    reward: valueAt(rewards, i),
    logpModel: valueAt(own.logps, i),
    logpSft: valueAt(sftLogps, i),
  }));
  const heldOutPairs = own.pairs.map((pair, i): EvaluatedPair => ({
    ...pair,
    reference: logpsOfPair(compared.reference, i),
    sft: logpsOfPair(compared.sft, i),
  }));
  return { name, responses, heldOutPairs };
}

/** All that needs the model itself: its responses, how likely they are under it, and how likely the held-out pairs. */
async function answerAndRead(context: RunContext, parameters: string | null, { gate, onProgress }: Judges) {
  const { model, recipe, data, tokenizer, stopTokenIds, endTokenId } = context;
  const generated = await generateResponses({
    model,
    parameters,
    prompts: data.heldOutPrompts.map(({ ids }) => ids),
    settings: evaluationSettings(recipe, stopTokenIds),
    gate,
    onProgress,
  });
  const responses = generated.map(({ prompt, ids, ended }) => ({
    promptId: data.heldOutPrompts[prompt]?.id ?? '',
    text: decodeResponse(ids, tokenizer),
    ids,
    ended,
  }));
  const examples = generated.map(({ prompt, ids, ended }): SftExample => ({
    promptIds: data.heldOutPrompts[prompt]?.ids ?? [],
    responseIds: ended ? [...ids, endTokenId] : ids,
  }));
  const chosen = data.heldOutPairs.map(({ promptIds, chosenIds }) => ({ promptIds, responseIds: chosenIds }));
  const rejected = data.heldOutPairs.map(({ promptIds, rejectedIds }) => ({ promptIds, responseIds: rejectedIds }));
  const chosenLogps = await logps(context, parameters, chosen, gate);
  const rejectedLogps = await logps(context, parameters, rejected, gate);
  const pairs = chosen.map((_, i) => ({ chosen: valueAt(chosenLogps, i), rejected: valueAt(rejectedLogps, i) }));
  return { responses, examples, pairs, logps: await logps(context, parameters, examples, gate) };
}

function logps(
  { model, recipe }: RunContext,
  parameters: string | null,
  sequences: SftExample[],
  gate: () => Promise<void>,
): Promise<Float32Array> {
  return sequenceLogps({ model, parameters, sequences, batchSize: recipe.microBatchSize * 2, gate });
}

async function scoreExamples({ model, recipe }: RunContext, examples: SftExample[], { reward, gate }: Judges) {
  return withParameters(model, { reward: reward.set }, () =>
    scoreSequences({
      model,
      parameters: 'reward',
      head: reward.head,
      sequences: examples.map(({ promptIds, responseIds }) => [...promptIds, ...responseIds]),
      batchSize: recipe.generationBatchSize,
      gate,
      onProgress: () => {},
    }),
  );
}

function logpsOfPair(model: EvaluatedModel | null, i: number) {
  const pair = model?.heldOutPairs[i];
  return pair ? { chosen: pair.chosen, rejected: pair.rejected } : null;
}

function valueAt(values: Float32Array, i: number): number {
  const value = values[i];
  if (value === undefined) throw new Error('internal: fewer values than sequences');
  return value;
}
