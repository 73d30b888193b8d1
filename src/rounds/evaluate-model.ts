/**
 * One model on the held-out data: its responses with rewards and log-probabilities, and its log-probabilities of the
 * held-out pairs. Figures are computed from these in src/evaluation, so they can be kept and used again in later rounds.
 */
import { z } from 'zod';
import { decodeResponse } from '../data/encode';
import type { EvaluatedModel, EvaluatedPair, EvaluatedResponse } from '../evaluation/build-results';
import { scoreSequences } from '../generation/score';
import type { ParameterSet, RewardHead } from '../model/adapter-types';
import { chunk } from '../training/schedule';
import { sequenceLogps } from '../training/sequence-logps';
import type { SftExample } from '../training/settings';
import { requireFinite } from './finite';
import { onceEach } from './once-each';
import { withParameters } from './parameter-files';
import type { RunContext } from './run-context';
import { sampledResponses } from './sampled-responses';
import { evaluationSettings, scoringBatch } from './settings';
import type { StageControls } from './stage-controls';

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
        referee: z.number().optional(),
        logpModel: z.number().nullable(),
        logpSft: z.number().nullable(),
      }),
    ),
    heldOutPairs: z.array(pairLogps.extend({ reference: pairLogps.nullable(), sft: pairLogps.nullable() })),
  }),
) satisfies z.ZodType<EvaluatedModel[]>;

/** A reward model on the host. */
interface RewardJudge {
  set: ParameterSet;
  head: RewardHead;
}

/** What a model is evaluated with; parameter sets are on the host and loaded only while they are needed. */
export interface Judges {
  sft: ParameterSet;
  reward: RewardJudge;
  /** null where the recipe keeps no data for one. */
  referee: RewardJudge | null;
  controls: StageControls;
  /** Responses of the stage that are done before this model's. */
  before: number;
}

/** Models evaluated before, whose log-probabilities of the pairs serve as reference and SFT. */
export interface ComparedModels {
  reference: EvaluatedModel | null;
  sft: EvaluatedModel | null;
}

/** What one model's evaluation is made of: pieces that the stage's checkpoint keeps under the model's name. */
interface ModelJob extends Judges {
  context: RunContext;
  name: string;
}

/** @param parameters null for the bare base model */
export async function evaluateModel(
  context: RunContext,
  name: string,
  parameters: ParameterSet | null,
  judges: Judges,
  compared: ComparedModels,
): Promise<EvaluatedModel> {
  const job: ModelJob = { ...judges, context, name };
  const own = await withParameters(context.model, parameters ? { policy: parameters } : {}, () =>
    answerAndRead(job, parameters ? 'policy' : null),
  );
  const sftLogps = await withParameters(context.model, { sft: judges.sft }, () =>
    logps(job, 'sft', 'responses under SFT', own.examples),
  );
  const rewards = await scoreExamples(job, judges.reward, 'rewards', own.examples);
  const referees = judges.referee && (await scoreExamples(job, judges.referee, 'referee’s scores', own.examples));
  const responses = own.responses.map((response, i): EvaluatedResponse => ({
    ...response,
    reward: valueAt(rewards, i),
    ...(referees && { referee: valueAt(referees, i) }),
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
async function answerAndRead(job: ModelJob, parameters: string | null) {
  const { recipe, data, tokenizer, stopTokenIds, endTokenId } = job.context;
  const sampled = await sampledResponses({
    ...job,
    name: `responses of ${job.name}`,
    parameters,
    prompts: data.heldOutPrompts.map(({ ids }) => ids),
    settings: evaluationSettings(recipe, stopTokenIds),
  });
  const answers = data.heldOutPrompts.flatMap((prompt, i) =>
    (sampled[i] ?? []).map((answer) => ({ prompt, ...answer })),
  );
  const responses = answers.map(({ prompt, ids, ended }) => ({
    promptId: prompt.id,
    text: decodeResponse(ids, tokenizer),
    ids,
    ended,
  }));
  const examples = answers.map(({ prompt, ids, ended }): SftExample => ({
    promptIds: prompt.ids,
    responseIds: ended ? [...ids, endTokenId] : ids,
  }));
  const chosen = data.heldOutPairs.map(({ promptIds, chosenIds }) => ({ promptIds, responseIds: chosenIds }));
  const rejected = data.heldOutPairs.map(({ promptIds, rejectedIds }) => ({ promptIds, responseIds: rejectedIds }));
  const chosenLogps = await logps(job, parameters, 'chosen', chosen);
  const rejectedLogps = await logps(job, parameters, 'rejected', rejected);
  const pairs = chosen.map((_, i) => ({ chosen: valueAt(chosenLogps, i), rejected: valueAt(rejectedLogps, i) }));
  return { responses, examples, pairs, logps: await logps(job, parameters, 'responses', examples) };
}

/** Log-probabilities of `what`, in parts of `checkpointEvery` batches. */
function logps(
  { context, controls, name }: ModelJob,
  parameters: string | null,
  what: string,
  sequences: SftExample[],
): Promise<number[]> {
  const { model, recipe } = context;
  const batchSize = recipe.microBatchSize * 2;
  const parts = chunk(sequences, recipe.checkpointEvery * batchSize);
  return onceEach(controls, `logps of ${what}, ${name}`, parts, z.number(), async (part) => {
    const values = await sequenceLogps({ model, parameters, sequences: part, batchSize, gate: controls.gate });
    return requireFinite(values, `the log-probabilities of ${what} (${name})`);
  });
}

/** @param what how the scores are called in checkpoints and errors */
async function scoreExamples(
  { context, controls, name }: ModelJob,
  { set, head }: RewardJudge,
  what: string,
  examples: SftExample[],
): Promise<number[]> {
  const { model, recipe } = context;
  const batchSize = scoringBatch(recipe);
  const sequences = examples.map(({ promptIds, responseIds }) => [...promptIds, ...responseIds]);
  const parts = chunk(sequences, recipe.checkpointEvery * batchSize);
  return withParameters(model, { reward: set }, () =>
    onceEach(controls, `${what} of ${name}`, parts, z.number(), async (part) => {
      const { gate } = controls;
      const scoring = { model, parameters: 'reward', head, sequences: part, batchSize, gate, onProgress: () => {} };
      return requireFinite(await scoreSequences(scoring), `the ${what} of ${name}`);
    }),
  );
}

function logpsOfPair(model: EvaluatedModel | null, i: number) {
  const pair = model?.heldOutPairs[i];
  return pair ? { chosen: pair.chosen, rejected: pair.rejected } : null;
}

function valueAt(values: readonly number[], i: number): number {
  const value = values[i];
  if (value === undefined) throw new Error('internal: fewer values than sequences');
  return value;
}
