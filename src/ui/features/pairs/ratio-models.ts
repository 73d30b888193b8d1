/** Which two models weigh the tokens of a pair, and what the sum of a response's log-ratios then is. Pure. */
import { modelNameOf, referenceRound, roundOfModel } from '../../../protocol/model-name';
import { isSyntheticRound } from '../../../protocol/pair-review';
import type { RunState } from '../../../protocol/run-state';
import { modelTitle } from '../evaluation/model-names';
import { firstChoice, modelsOf } from '../playground/run-models';

/** As model-name.ts names them. */
export interface RatioModels {
  model: string;
  against: string;
}

/**
 * What the pair's own round made of it: its model, else the latest there is, against the reference of that model's DPO. Other pairs are
 * weighed by the latest model against SFT. null while the run has no two models.
 * @param round of the pair
 */
export function ratioModelsOf(run: Pick<RunState, 'stages' | 'recipe'>, round: number): RatioModels | null {
  const [against, latest] = firstChoice(run);
  if (latest === null) return null;
  const own = modelNameOf(round);
  const model = isSyntheticRound(round) && modelsOf(run).includes(own) ? own : latest;
  const trained = roundOfModel(model) ?? 0;
  if (!isSyntheticRound(round) || trained === 0) return { model, against };
  return { model, against: modelNameOf(referenceRound(run.recipe, trained)) };
}

/** A sentence about the sum; the implicit reward is DPO's, of a model against the very reference that it was trained with. */
export function ratioMeaning({ recipe }: Pick<RunState, 'recipe'>, { model, against }: RatioModels): string {
  const round = roundOfModel(model) ?? 0;
  if (round === 0) return 'Summed over a response, the log-ratios are its own.';
  const reference = modelNameOf(referenceRound(recipe, round));
  if (against === reference)
    return `Summed over a response and times β (${recipe.dpoBeta}), the log-ratios are its implicit reward in ${modelTitle(model)}.`;
  return `The log-ratios do not add up to an implicit reward: the reference of ${modelTitle(model)} is ${modelTitle(reference)}.`;
}
