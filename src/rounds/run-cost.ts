/**
 * What the stages of a run compute, before it starts: steps, responses and floating-point operations, counted as the stages
 * themselves work (stage-*.ts). Taken as they would cost the most: every prompt of a round gives a pair (filters drop some),
 * no artifact of an earlier run is found, and no evaluation is left out. What a single piece costs is in cost-work.ts.
 */
import type { ModelConfig } from '../model/config';
import { forwardOperations, loraFactors, sum, trainingOperations, type SequenceGroup } from '../model/operations';
import { parameterCount } from '../model/weight-specs';
import type { Recipe } from '../protocol/recipe';
import type { MeanTokens, Operations, RunCost, StageCost } from '../protocol/run-cost';
import type { StageKind } from '../protocol/run-state';
import { stepCount } from '../training/schedule';
import {
  costWork,
  endToken,
  exampleOperations,
  pairGroups,
  readResponse,
  readReward,
  samplingOperations,
  scoringOperations,
  type CostWork,
} from './cost-work';
import type { RunCounts } from './run-counts';
import { dpoSettings, evaluationSettings, generationSettings, rewardSettings, sftSettings } from './settings';
import { modelStage, newlyEvaluated, pairRounds, referenceStage, stagesOf, type StageSpec } from './stages';

export interface CostInput {
  config: ModelConfig;
  recipe: Recipe;
  counts: RunCounts;
  /** Of the data as it is; what the recipe's limits make of them is done here. */
  lengths: MeanTokens;
  /** An adapter takes the place of SFT. */
  importedAdapter: boolean;
}

export function runCost({ config, recipe, counts, lengths, importedAdapter }: CostInput): Omit<RunCost, 'speed'> {
  const work: StageWork = { ...costWork(config, recipe, lengths), counts, importedAdapter };
  const { kind, trainPairs, refereePairs, heldOutPairs, heldOutPrompts } = counts;
  return {
    trainedParameters: work.of.lora ? loraFactors(work.of) : parameterCount(config),
    ...{ trainPairs, refereePairs, heldOutPairs, heldOutPrompts, lengths: work.lengths },
    stages: stagesOf(recipe, kind).map((stage) => ({
      id: stage.id,
      kind: stage.kind,
      ...costs[stage.kind](work, stage),
    })),
  };
}

type StageWork = CostWork & Pick<CostInput, 'counts' | 'importedAdapter'>;
type Cost = Pick<StageCost, 'steps' | 'responses' | 'operations'>;

const costs: Record<StageKind, (work: StageWork, stage: StageSpec) => Cost> = {
  sft: sftCost,
  reward: (work) => rewardCost(work, 'reward', work.counts.trainPairs),
  referee: (work) => rewardCost(work, 'referee', work.counts.refereePairs),
  generate: generateCost,
  score: scoreCost,
  train: trainCost,
  evaluate: evaluateCost,
};

const training = (examples: number, settings: Parameters<typeof stepCount>[1], passes: number): Cost => ({
  steps: stepCount(examples, settings),
  responses: null,
  operations: { passes, generation: 0 },
});

function sftCost(work: StageWork): Cost {
  const { recipe, counts, importedAdapter } = work;
  const settings = sftSettings(recipe);
  const examples = importedAdapter ? 0 : counts.trainPairs;
  return training(examples, settings, settings.epochs * examples * exampleOperations(work, 'sft'));
}

/** After training, all pairs and the held-out ones are scored, each response with its prompt: figuresAfterTraining(). */
function rewardCost(work: StageWork, kind: 'reward' | 'referee', pairs: number): Cost {
  const { recipe, counts, of } = work;
  const { prompt, chosen, rejected } = work.lengths;
  const settings = rewardSettings(recipe, kind);
  const scored = sum([chosen, rejected].map((length) => forwardOperations(of, readReward(prompt, length + endToken))));
  const closing = (pairs + counts.heldOutPairs) * scored;
  return training(pairs, settings, settings.epochs * pairs * exampleOperations(work, kind) + closing);
}

const promptsOf = ({ counts }: StageWork, round: number) => counts.roundPrompts[round - 1] ?? 0;

function generateCost(work: StageWork, { round }: StageSpec): Cost {
  const { samplesPerPrompt } = generationSettings(work.recipe, round, []);
  const prompts = promptsOf(work, round);
  const generation = prompts * samplingOperations(work, samplesPerPrompt, work.newTokens);
  return { steps: null, responses: prompts * samplesPerPrompt, operations: { passes: 0, generation } };
}

function scoreCost(work: StageWork, { round }: StageSpec): Cost {
  const passes = scoringOperations(work, promptsOf(work, round), work.recipe.samplesPerPrompt, work.newTokens);
  return { steps: null, responses: null, operations: { passes, generation: 0 } };
}

/**
 * Training on original and synthetic pairs, and once before it the log-probabilities of every pair under the frozen reference,
 * and under SFT where that is another model.
 */
function trainCost(work: StageWork, { round }: StageSpec): Cost {
  const { recipe, counts } = work;
  const settings = dpoSettings(recipe, round);
  const original = recipe.dpoMix === 'synthetic' ? 0 : counts.trainPairs;
  const synthetic = sum(pairRounds(recipe, round).map((earlier) => promptsOf(work, earlier)));
  const reference = referenceStage(recipe, round);
  const frozen = reference === 'sft' ? 1 : 2;
  // Under dropout the first batch is read without it once more, by the policy: checkStartWithoutDropout().
  const isChecked = settings.dropout > 0 && reference === modelStage(round - 1);
  const checked = isChecked ? Math.min(settings.batchSize, original + synthetic) : 0;
  const [own, made] = [pairOperations(work, 'original'), pairOperations(work, 'synthetic')];
  const passes =
    settings.epochs * (original * own.trained + synthetic * made.trained) +
    frozen * (original * own.read + synthetic * made.read) +
    checked * own.read;
  return training(original + synthetic, settings, passes);
}

function pairOperations(work: StageWork, what: 'original' | 'synthetic') {
  const groups = pairGroups(work, what);
  const total = (of: (group: SequenceGroup) => number) => sum(groups.map(of));
  return {
    trained: total((group) => trainingOperations(work.of, group, work.recomputed.train)),
    read: total((group) => forwardOperations(work.of, group)),
  };
}

/**
 * Each model that is new answers the held-out prompts and reads the held-out pairs, chosen and rejected apart; its responses are
 * read by itself and by SFT, and scored by the reward model and the referee.
 */
function evaluateCost(work: StageWork, { round }: StageSpec): Cost {
  const { recipe, counts, of, shortPrompt, newTokens } = work;
  const { prompt, chosen, rejected } = work.lengths;
  const { samplesPerPrompt } = evaluationSettings(recipe, []);
  const logps = (length: number) => forwardOperations(of, readResponse(prompt, length + endToken));
  const pairs = counts.heldOutPairs * (logps(chosen) + logps(rejected));
  const judges = recipe.refereeHalf ? 2 : 1;
  const known = round > 1 ? round + 1 : 0;
  const models = newlyEvaluated(round, known).map((stage): Operations => {
    // What has not learned to end goes on to the limit.
    const length = stage === null ? recipe.maxNewTokens : newTokens;
    const read = 2 * forwardOperations(of, readResponse(shortPrompt, length + endToken));
    const scored = judges * forwardOperations(of, readReward(shortPrompt, length + endToken));
    return {
      passes: pairs + counts.heldOutPrompts * (read + scored),
      generation: counts.heldOutPrompts * samplingOperations(work, samplesPerPrompt, length),
    };
  });
  return {
    steps: null,
    responses: models.length * counts.heldOutPrompts * samplesPerPrompt,
    operations: {
      passes: sum(models.map(({ passes }) => passes)),
      generation: sum(models.map(({ generation }) => generation)),
    },
  };
}
