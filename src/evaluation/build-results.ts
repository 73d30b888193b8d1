/**
 * Puts evaluation_results.json together from each model's raw responses and log-probabilities. Pure and deterministic:
 * the same data and seed give the same object with the same order of keys. Generates and scores nothing.
 */
import { seededRandom } from '../data/seeded-random';
import { goldFigures, gradeResponses, type GoldGrades } from './gold';
import { goldWarnings, type GoldPoint } from './gold-warnings';
import type { ComparedLogps } from './metrics';
import { distinct, implicitRewardFigures, klFromSft, repetition } from './metrics';
import { overOptimisationWarnings } from './over-optimisation';
import { plotData } from './plot-data';
import { refereeFigures, refereeScores } from './referee';
import { refereeWarnings, type RefereePoint } from './referee-warnings';
import type { EvaluationResults, ModelResults } from './results-schema';
import { evaluationResultsSchema } from './results-schema';
import { bootstrapInterval, correlation, mean, standardDeviation } from './statistics';
import { winRecord } from './win-record';

/** A model's response to one held-out prompt. */
export interface EvaluatedResponse {
  promptId: string;
  text: string;
  /** Response tokens without the end token. */
  ids: number[];
  ended: boolean;
  reward: number;
  /** The referee's score, where there is a referee. */
  referee?: number | undefined;
  /** Summed log-probability of the response under this model, in nats, end token included if `ended`; null = unknown. */
  logpModel: number | null;
  /** The same under SFT. */
  logpSft: number | null;
}

interface PairLogps {
  chosen: number;
  rejected: number;
}

/** Summed log-probabilities of one held-out pair under the model, under its reference, and under SFT (null = no such comparison). */
export interface EvaluatedPair extends PairLogps {
  reference: PairLogps | null;
  sft: PairLogps | null;
}

export interface EvaluatedModel {
  /** 'base', 'sft', 'dpo_round1', ... Comparisons with SFT look for the name 'sft'. */
  name: string;
  /** One a prompt; all models have the same prompts in the same order. */
  responses: EvaluatedResponse[];
  heldOutPairs: EvaluatedPair[];
}

export interface EvaluationInput {
  models: EvaluatedModel[];
  prompts: { id: string; text: string }[];
  seed: number;
  beta: number;
  bootstrapSamples: number;
  /** Of a run with a referee: shares of held-out pairs ranked right (null without such pairs), and what the referee learned from. */
  rewardModels?: { refereeAccuracy: number | null; rewardAccuracy: number | null; refereePairs: number };
  decoding: { temperature: number; topK: number; topP: number; repetitionPenalty: number; maxNewTokens: number };
}

const randomFor = (input: EvaluationInput, ...keys: string[]) => seededRandom(input.seed, 'evaluation', ...keys);
const contenders = ({ responses }: EvaluatedModel) =>
  responses.map(({ reward, ids }) => ({ reward, tokens: ids.length }));

function rewardFigures(model: EvaluatedModel, input: EvaluationInput): ModelResults['reward'] {
  const rewards = model.responses.map(({ reward }) => reward);
  return {
    mean: mean(rewards),
    std: standardDeviation(rewards),
    min: Math.min(...rewards),
    max: Math.max(...rewards),
    interval: bootstrapInterval(rewards, mean, input.bootstrapSamples, randomFor(input, 'reward', model.name)),
  };
}

function implicitAgainst(model: EvaluatedModel, other: 'reference' | 'sft', beta: number) {
  const pairs = model.heldOutPairs.flatMap((pair): ComparedLogps[] => {
    const compared = pair[other];
    if (!compared) return [];
    const { chosen, rejected } = pair;
    return [{ chosen, rejected, referenceChosen: compared.chosen, referenceRejected: compared.rejected }];
  });
  return pairs.length === 0 ? null : implicitRewardFigures(pairs, beta);
}

function klFigures(model: EvaluatedModel): ModelResults['kl_from_sft'] {
  const samples = model.responses.flatMap(({ ids, ended, logpModel, logpSft }) =>
    logpModel === null || logpSft === null ? [] : [{ tokens: ids.length + (ended ? 1 : 0), logpModel, logpSft }],
  );
  if (samples.length === 0) return null;
  const { perResponse, perToken } = klFromSft(samples);
  return { per_response: perResponse, per_token: perToken };
}

function winAgainst(model: EvaluatedModel, opponent: EvaluatedModel, input: EvaluationInput) {
  const random = randomFor(input, 'win', model.name, opponent.name);
  return winRecord(opponent.name, contenders(model), contenders(opponent), input.bootstrapSamples, random);
}

/** SFT, and the model before this one. */
function opponentsOf(index: number, models: EvaluatedModel[]): EvaluatedModel[] {
  const all = new Set([models.find(({ name }) => name === 'sft'), models[index - 1]]);
  return [...all].filter((other): other is EvaluatedModel => other !== undefined && other !== models[index]);
}

function goldOf(index: number, input: EvaluationInput, grades: GoldGrades | null): ModelResults['gold'] {
  const own = grades?.[index];
  const model = input.models[index];
  if (!own || !model) return null;
  const sft = input.models.findIndex(({ name }) => name === 'sft');
  const compared = sft === -1 || sft === index ? null : (grades[sft] ?? null);
  return goldFigures(own, compared, input.bootstrapSamples, (purpose) => randomFor(input, purpose, model.name));
}

function refereeOf(model: EvaluatedModel, opponents: EvaluatedModel[], input: EvaluationInput) {
  const sft = input.models.find(({ name }) => name === 'sft') ?? null;
  const random = (...purpose: string[]) => randomFor(input, ...purpose, model.name);
  return refereeFigures(model, sft, opponents, input.bootstrapSamples, random);
}

function modelFigures(
  model: EvaluatedModel,
  index: number,
  input: EvaluationInput,
  grades: GoldGrades | null,
): ModelResults {
  const ids = model.responses.map((response) => response.ids);
  const lengths = ids.map((tokens) => tokens.length);
  const rewards = model.responses.map(({ reward }) => reward);
  const opponents = opponentsOf(index, input.models);
  const referee = refereeOf(model, opponents, input);
  return {
    name: model.name,
    reward: rewardFigures(model, input),
    response_length: { mean: mean(lengths), std: standardDeviation(lengths) },
    reward_length_correlation: correlation(rewards, lengths),
    end_token_rate: mean(model.responses.map(({ ended }) => (ended ? 1 : 0))),
    distinct_1: distinct(ids, 1),
    distinct_2: distinct(ids, 2),
    repetition: repetition(ids),
    kl_from_sft: klFigures(model),
    implicit_rewards: {
      against_reference: implicitAgainst(model, 'reference', input.beta),
      against_sft: implicitAgainst(model, 'sft', input.beta),
    },
    win_rates: opponents.map((opponent) => winAgainst(model, opponent, input)),
    gold: goldOf(index, input, grades),
    ...(referee && { referee }),
  };
}

/** From SFT on, the models whose KL and win rate against SFT are known. */
function lengthWarnings(models: ModelResults[]): EvaluationResults['warnings'] {
  const first = models.findIndex(({ name }) => name === 'sft');
  if (first === -1) return [];
  const points = models.slice(first).flatMap((model, i) => {
    const length = model.response_length.mean;
    if (i === 0) return [{ model: model.name, kl: 0, length, winRate: 0.5 }];
    const duel = model.win_rates.find(({ against }) => against === 'sft');
    if (!duel || !model.kl_from_sft) return [];
    return [{ model: model.name, kl: model.kl_from_sft.per_response, length, winRate: duel.length_controlled }];
  });
  return overOptimisationWarnings(points);
}

/** From SFT on, rewards and gold scores of every model. */
function qualityWarnings(input: EvaluationInput, grades: GoldGrades | null): EvaluationResults['warnings'] {
  const first = input.models.findIndex(({ name }) => name === 'sft');
  if (!grades || first === -1) return [];
  const points = input.models.slice(first).map(({ name, responses }, i): GoldPoint => {
    const golds = (grades[first + i] ?? []).map(({ score }) => score);
    return { model: name, rewards: responses.map(({ reward }) => reward), golds };
  });
  return goldWarnings(points, input.bootstrapSamples, (purpose, model) => randomFor(input, purpose, model));
}

/** From SFT on, rewards and referee's scores of every model. */
function refereeRemarks(input: EvaluationInput): EvaluationResults['warnings'] {
  const first = input.models.findIndex(({ name }) => name === 'sft');
  if (first === -1) return [];
  const points = input.models.slice(first).flatMap((model): RefereePoint[] => {
    const referees = refereeScores(model);
    const rewards = model.responses.map(({ reward }) => reward);
    return referees ? [{ model: model.name, rewards, referees }] : [];
  });
  return refereeWarnings(points, input.bootstrapSamples, (purpose, model) => randomFor(input, purpose, model));
}

function promptRecords({ prompts, models }: EvaluationInput, grades: GoldGrades | null): EvaluationResults['prompts'] {
  return prompts.map(({ id, text: prompt }, i) => ({
    prompt_id: id,
    prompt,
    responses: models.map(({ name, responses }, of) => {
      const { text, ids, ended, reward, referee } = responses[i] as EvaluatedResponse;
      const gold = grades?.[of]?.[i]?.score ?? null;
      const scores = { reward, gold, ...(referee !== undefined && { referee }) };
      return { model: name, text, tokens: ids.length, ended, ...scores };
    }),
  }));
}

function checkInput({ models, prompts }: EvaluationInput): void {
  if (prompts.length === 0 || models.length === 0) throw new Error('internal: nothing to evaluate');
  for (const { name, responses } of models) {
    const fits = responses.length === prompts.length && responses.every((r, i) => r.promptId === prompts[i]?.id);
    if (!fits) throw new Error(`internal: the responses of ${name} do not match the held-out prompts`);
  }
}

function settingsOf({ decoding, ...input }: EvaluationInput): EvaluationResults['settings'] {
  return {
    seed: input.seed,
    beta: input.beta,
    bootstrap_samples: input.bootstrapSamples,
    held_out_prompts: input.prompts.length,
    held_out_pairs: input.models[0]?.heldOutPairs.length ?? 0,
    temperature: decoding.temperature,
    top_k: decoding.topK,
    top_p: decoding.topP,
    repetition_penalty: decoding.repetitionPenalty,
    max_new_tokens: decoding.maxNewTokens,
  };
}

function rewardModelFigures({ rewardModels }: EvaluationInput): Pick<EvaluationResults, 'referee'> {
  if (!rewardModels) return {};
  const { refereeAccuracy, rewardAccuracy, refereePairs } = rewardModels;
  return {
    referee: {
      held_out_accuracy: refereeAccuracy,
      reward_held_out_accuracy: rewardAccuracy,
      training_pairs: refereePairs,
    },
  };
}

/** The content of evaluation_results.json. Throws when responses and prompts do not match or a figure is not finite. */
export function buildEvaluationResults(input: EvaluationInput): EvaluationResults {
  checkInput(input);
  const grades = gradeResponses(input);
  const models = input.models.map((model, i) => modelFigures(model, i, input, grades));
  const rewards = input.models.map(({ responses }) => responses.map(({ reward }) => reward));
  return evaluationResultsSchema.parse({
    format: 'whetstone-evaluation',
    version: 1,
    settings: settingsOf(input),
    models,
    warnings: [...lengthWarnings(models), ...refereeRemarks(input), ...qualityWarnings(input, grades)],
    plots: plotData(models, rewards),
    prompts: promptRecords(input, grades),
    ...rewardModelFigures(input),
  });
}
