/** Models of an evaluation as people read them. Their colours are in primitives/model-colors.ts. */
import { roundOfModel } from '../../../protocol/model-name';

const titles: Readonly<Record<string, string>> = { base: 'Base', sft: 'SFT' };

/** 'dpo_round2' -> 'DPO round 2' */
export const modelTitle = (model: string): string => titles[model] ?? roundTitle(model) ?? model;

/** The same for an axis, where room is scarce: 'dpo_round2' -> 'Round 2' */
export const modelTick = (model: string): string => modelTitle(model).replace('DPO round', 'Round');

/** A text of the evaluation with its models' names as people read them: 'from sft to dpo_round1' -> 'from SFT to DPO round 1' */
export const withModelTitles = (text: string): string => text.replaceAll(/\b(?:sft|dpo_round\d+)\b/g, modelTitle);

function roundTitle(model: string): string | null {
  const round = roundOfModel(model);
  return round === null ? null : `DPO round ${round}`;
}
