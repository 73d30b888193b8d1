/** What is about to run, in a few lines: model, data, steps, responses, time and memory. Pure. */
import type { RunCost, StageCost } from '../../../protocol/run-cost';
import type { ModelSummary } from '../../../protocol/library';
import type { MemoryPlan } from '../../../protocol/memory-plan';
import type { StageKind } from '../../../protocol/run-state';
import type { Recipe } from '../../../protocol/recipe';
import { largestStage } from '../../../store/memory-fit';
import { speedOf, t4Speed, timeEstimate } from '../../../store/time-estimate';
import { formatAbout, formatBytes, formatCount, formatInteger } from '../../primitives/format';
import { stageKindTitles } from '../../primitives/stage-title';

export interface RunFactsInput {
  model: Pick<ModelSummary, 'name' | 'parameters'>;
  recipe: Pick<Recipe, 'parameters'>;
  cost: RunCost;
  memory: MemoryPlan | null;
}

/** Rounds whose steps are listed one by one. */
const mostRounds = 4;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function stepsText(stages: readonly StageCost[], kind: StageKind): string | null {
  const steps = stages.flatMap((stage) => (stage.kind === kind && stage.steps !== null ? [stage.steps] : []));
  const title = stageKindTitles[kind];
  if (steps.length === 0) return null;
  if (sum(steps) === 0) return `${title}: none, an adapter takes its place`;
  if (steps.length > mostRounds) return `${title} ${formatInteger(sum(steps))} in ${steps.length} rounds`;
  return `${title} ${steps.map(formatInteger).join(' + ')}`;
}

function heldOutText({ heldOutPairs, heldOutPrompts }: RunCost): string {
  if (heldOutPairs + heldOutPrompts === 0) return 'nothing is evaluated';
  return `${formatInteger(heldOutPairs)} pairs, ${formatInteger(heldOutPrompts)} prompts`;
}

function timeText(cost: RunCost): string {
  const here = timeEstimate(cost, speedOf(cost.speed)).total;
  if (here !== null) return formatAbout(here);
  return `not measured here; on a T4, on paper, ${formatAbout(timeEstimate(cost, t4Speed).total ?? 0)}`;
}

export function runFacts({ model, recipe, cost, memory }: RunFactsInput): (readonly [string, string])[] {
  const { stages, trainPairs, refereePairs, trainedParameters } = cost;
  const responses = sum(stages.map((stage) => stage.responses ?? 0));
  const trained =
    recipe.parameters === 'full'
      ? `all ${formatCount(trainedParameters)}`
      : `adapters, ${formatCount(trainedParameters)} beside ${formatCount(model.parameters)}`;
  const referee = refereePairs > 0 ? `, ${formatInteger(refereePairs)} for the referee` : '';
  const kinds: StageKind[] = ['sft', 'reward', 'referee', 'train'];
  const largest = memory && largestStage(memory);
  return [
    ['Model', model.name],
    ['Trained parameters', trained],
    ['Trains on', `${formatInteger(trainPairs)}${referee}`],
    ['Held out', heldOutText(cost)],
    ['Steps', kinds.flatMap((kind) => stepsText(stages, kind) ?? []).join(' · ')],
    ...(responses > 0 ? [['Responses sampled', formatInteger(responses)] as const] : []),
    ['Time', timeText(cost)],
    ...(largest
      ? [['Memory', `at most ${formatBytes(largest.bytes)} (${stageKindTitles[largest.kind]})`] as const]
      : []),
  ];
}
