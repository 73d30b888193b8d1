/** Models of an evaluation as people read them. Their colours are in primitives/model-colors.ts. */
import { roundOfModel } from '../../../protocol/model-name';

const titles: Readonly<Record<string, string>> = { base: 'Base', sft: 'SFT' };

/** 'dpo_round2' -> 'DPO round 2' */
export const modelTitle = (model: string): string => titles[model] ?? roundTitle(model) ?? model;

function roundTitle(model: string): string | null {
  const round = roundOfModel(model);
  return round === null ? null : `DPO round ${round}`;
}
