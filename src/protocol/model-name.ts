/**
 * Names of a run's models, as the evaluation and the output folders have them: 'base', 'sft', 'dpo_round1', ...; and of what only the
 * playground knows: imported adapters on its base model, 'adapter:<id>', and models that another run made of it, 'run:<id>:<its name>'.
 */
import type { Recipe } from './recipe';

/** @param round 0 for SFT */
export const modelNameOf = (round: number): string => (round === 0 ? 'sft' : `dpo_round${round}`);

/** 0 for SFT; null for the base model and for what is no model's name. */
export function roundOfModel(name: string): number | null {
  if (name === 'sft') return 0;
  const [, round] = /^dpo_round(\d+)$/.exec(name) ?? [];
  return round === undefined ? null : Number(round);
}

/** The round whose model is the frozen reference of a round's DPO; 0 for SFT. */
export const referenceRound = ({ dpoReference }: Pick<Recipe, 'dpoReference'>, round: number): number =>
  dpoReference === 'sft' ? 0 : round - 1;

const adapterPrefix = 'adapter:';

export const modelNameOfAdapter = (id: string): string => `${adapterPrefix}${id}`;

/** The id of the imported adapter; null for the name of another model. */
export const adapterOfModel = (name: string): string | null =>
  name.startsWith(adapterPrefix) ? name.slice(adapterPrefix.length) : null;

const runPrefix = 'run:';

/** @param model as that run names it: 'sft', 'dpo_round1', ... */
export const modelNameInRun = (runId: string, model: string): string => `${runPrefix}${runId}:${model}`;

/** The other run and the name that its model has there; null for a model of the run in hand. */
export function runOfModel(name: string): { runId: string; model: string } | null {
  const end = name.lastIndexOf(':');
  if (!name.startsWith(runPrefix) || end < runPrefix.length) return null;
  return { runId: name.slice(runPrefix.length, end), model: name.slice(end + 1) };
}
