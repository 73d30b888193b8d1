/**
 * Names of a run's models, as the evaluation and the output folders have them: 'base', 'sft', 'dpo_round1', ...; and of imported
 * adapters on its base model, which only the playground knows: 'adapter:<id>'.
 */

/** @param round 0 for SFT */
export const modelNameOf = (round: number): string => (round === 0 ? 'sft' : `dpo_round${round}`);

/** 0 for SFT; null for the base model and for what is no model's name. */
export function roundOfModel(name: string): number | null {
  if (name === 'sft') return 0;
  const [, round] = /^dpo_round(\d+)$/.exec(name) ?? [];
  return round === undefined ? null : Number(round);
}

const adapterPrefix = 'adapter:';

export const modelNameOfAdapter = (id: string): string => `${adapterPrefix}${id}`;

/** The id of the imported adapter; null for the name of another model. */
export const adapterOfModel = (name: string): string | null =>
  name.startsWith(adapterPrefix) ? name.slice(adapterPrefix.length) : null;
