/**
 * Stage `evaluate`: every model so far on the same held-out prompts and pairs. What was found about earlier models is
 * taken from the last evaluation before; only those that are new answer. Writes evaluation_results.json and the plots.
 */
import { modelNameOf } from '../protocol/model-name';
import { buildEvaluationResults, type EvaluatedModel, type EvaluationInput } from '../evaluation/build-results';
import type { EvaluationResults } from '../evaluation/results-schema';
import type { ParameterSet } from '../model/adapter-types';
import type { Bytes } from '../storage/records';
import { jsonFile, parseJsonFile } from './canonical-json';
import { evaluatedModelsSchema, evaluateModel, type Judges } from './evaluate-model';
import { readHeadFile, readParameterFiles } from './parameter-files';
import type { RunContext, StageJob, StageWork } from './run-context';
import { evaluationSettings } from './settings';
import { modelStage, newlyEvaluated, referenceStage } from './stages';

const modelsFile = 'models.json';

export const runEvaluate: StageWork = async (job) => {
  const { context, stage, controls } = job;
  for (const note of context.data.heldOutNotes) controls.note(note);
  const models = await evaluateAll(job);
  const results = buildEvaluationResults({ ...evaluationInput(context, models), ...(await rewardModels(job)) });
  for (const { message } of results.warnings) controls.note(message);
  const files: Record<string, Bytes> = {
    [modelsFile]: jsonFile(models),
    'evaluation_results.json': jsonFile(results),
    ...(await plotFiles(context, results)),
  };
  return { files, summary: summarise(results, modelName(modelStage(stage.round))) };
};

async function plotFiles({ renderPlots }: RunContext, results: EvaluationResults): Promise<Record<string, Bytes>> {
  const files: Record<string, Bytes> = {};
  for (const [name, png] of await renderPlots(results)) {
    files[`plots/${name}.png`] = new Uint8Array(await png.arrayBuffer());
  }
  return files;
}

/** The models of an earlier evaluation as they were found, and those that are new. */
async function evaluateAll(job: StageJob): Promise<EvaluatedModel[]> {
  const { context, stage, inputs, load, controls } = job;
  const earlier = inputs['earlier'];
  const models = earlier === undefined ? [] : readModels((await load(earlier)).files);
  const added = newlyEvaluated(stage.round, models.length);
  const perModel = context.data.heldOutPrompts.length;
  controls.begin(added.length * perModel);
  const judges = await loadJudges(job);
  for (const [i, id] of added.entries()) {
    const parameters = id === null ? null : await readSet(job, id);
    const compared = comparedModels(id, context, models);
    const own = { ...judges, before: i * perModel };
    models.push(await evaluateModel(context, modelName(id), parameters, own, compared));
  }
  return models;
}

async function readSet({ context, load }: StageJob, id: string): Promise<ParameterSet> {
  return readParameterFiles((await load(id)).files, context.base.config);
}

async function loadJudges(job: StageJob): Promise<Omit<Judges, 'before'>> {
  const referee = hasReferee(job) ? await readRewardModel(job, 'referee') : null;
  const reward = await readRewardModel(job, 'reward');
  return { sft: await readSet(job, 'sft'), reward, referee, controls: job.controls };
}

async function readRewardModel({ context, load }: StageJob, id: string) {
  const { files } = await load(id);
  return { set: await readParameterFiles(files, context.base.config), head: await readHeadFile(files) };
}

const hasReferee = ({ inputs }: StageJob) => 'referee' in inputs;

/** How well the two reward models do on held-out pairs, as their stages measured it. */
async function rewardModels(job: StageJob): Promise<Pick<EvaluationInput, 'rewardModels'>> {
  if (!hasReferee(job)) return {};
  const [reward, referee] = [(await job.load('reward')).summary, (await job.load('referee')).summary];
  return {
    rewardModels: {
      refereeAccuracy: referee['held_out_accuracy'] ?? null,
      rewardAccuracy: reward['held_out_accuracy'] ?? null,
      refereePairs: referee['pairs'] ?? 0,
    },
  };
}

/** Trained rounds are compared with their DPO reference and with SFT; base and SFT with nothing. */
function comparedModels(id: string | null, { recipe }: RunContext, models: EvaluatedModel[]) {
  const find = (name: string) => models.find((model) => model.name === name) ?? null;
  const round = roundOf(id);
  if (round === null) return { reference: null, sft: null };
  return { reference: find(modelName(referenceStage(recipe, round))), sft: find('sft') };
}

/** 'base', 'sft', 'dpo_round1', ...: as the output folders are called. */
function modelName(id: string | null): string {
  if (id === null) return 'base';
  const round = roundOf(id);
  return round === null ? id : modelNameOf(round);
}

/** The round that trained the model of a stage; null for base and SFT. */
function roundOf(id: string | null): number | null {
  const round = /^round(\d+)\.train$/.exec(id ?? '')?.[1];
  return round === undefined ? null : Number(round);
}

function evaluationInput({ recipe, data, stopTokenIds }: RunContext, models: EvaluatedModel[]) {
  const { temperature, topK, topP, repetitionPenalty, maxNewTokens } = evaluationSettings(recipe, stopTokenIds);
  return {
    models,
    prompts: data.heldOutPrompts.map(({ id, text }) => ({ id, text })),
    seed: recipe.seed,
    beta: recipe.dpoBeta,
    bootstrapSamples: recipe.evalBootstrapSamples,
    decoding: { temperature, topK, topP, repetitionPenalty, maxNewTokens },
  };
}

function summarise({ models }: EvaluationResults, name: string): Record<string, number> {
  const summary: Record<string, number> = {};
  for (const model of models) summary[`reward_${model.name}`] = model.reward.mean;
  for (const { name: of, gold } of models) if (gold) summary[`gold_${of}`] = gold.mean;
  for (const { name: of, referee } of models) if (referee) summary[`referee_${of}`] = referee.mean;
  const newest = models.find((model) => model.name === name);
  const duel = newest?.win_rates.find(({ against }) => against === 'sft');
  const implicit = newest?.implicit_rewards.against_sft;
  if (duel) summary['win_rate_against_sft'] = duel.win_rate;
  if (implicit) Object.assign(summary, { implicit_accuracy: implicit.accuracy, implicit_margin: implicit.margin });
  if (newest?.kl_from_sft) summary['kl_from_sft'] = newest.kl_from_sft.per_response;
  return summary;
}

function readModels(files: Record<string, Bytes>): EvaluatedModel[] {
  const file = files[modelsFile];
  if (!file) throw new Error(`internal: the artifact has no ${modelsFile}`);
  return evaluatedModelsSchema.parse(parseJsonFile(file));
}
