/**
 * The colours of what is compared, the same in every chart, table and badge: one for each model (base, SFT, DPO rounds), one
 * each for chosen and rejected, and one for each of some compared runs, which is no model's. Chosen so that they stay apart with every kind of colour blindness, at 3 to 1 or more on the
 * page's grounds; src/ui/app/page.css has the values for light and dark. The colours repeat after the fourth round.
 */
import { roundOfModel } from '../../protocol/model-name';
import type { StageState } from '../../protocol/run-state';

const ROUND_COLORS = 4;
const RUN_COLORS = 4;

export const chosenColor = 'var(--studio-chosen)';
export const rejectedColor = 'var(--studio-rejected)';

/** Of what belongs to no compared model, such as the reward model, and what surrounds it. */
export const neutralColor = 'var(--mantine-color-text)';
export const faintColor = 'var(--mantine-color-dimmed)';

/** @param place from 0, of a run among those that are compared */
export const runColor = (place: number): string => `var(--studio-run${(place % RUN_COLORS) + 1})`;

/** @param round 0 for SFT */
export function roundColor(round: number): string {
  return round === 0 ? 'var(--studio-model-sft)' : `var(--studio-model-round${((round - 1) % ROUND_COLORS) + 1})`;
}

/** @param model as the evaluation names it: 'base', 'sft', 'dpo_round1', ... */
export function modelColor(model: string): string {
  const round = roundOfModel(model);
  return round === null ? 'var(--studio-model-base)' : roundColor(round);
}

/** Of the model that a stage trains, lets respond or evaluates; judges are not compared with models and have no colour. */
export function stageColor({ kind, round }: Pick<StageState, 'kind' | 'round'>): string {
  switch (kind) {
    case 'sft':
    case 'train':
    case 'evaluate':
      return roundColor(round);
    case 'generate':
      return roundColor(round - 1);
    case 'reward':
    case 'referee':
    case 'score':
      return neutralColor;
  }
}
