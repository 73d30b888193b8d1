/** The stages of a run in their order, and which earlier stages each one needs. Holds no execution. */
import type { DatasetKind } from '../protocol/dataset';
import { referenceRound } from '../protocol/model-name';
import type { Recipe } from '../protocol/recipe';
import type { StageKind, StageState } from '../protocol/run-state';

/** One stage of the plan. `id` is unique in a run: 'sft', 'reward', 'referee', 'round1.generate', ...; 'evaluate' without rounds. */
export interface StageSpec {
  id: string;
  kind: StageKind;
  /** 0 for sft, reward and referee, and for the evaluation of a run without rounds. */
  round: number;
}

const units: Record<StageKind, string> = {
  sft: 'steps',
  reward: 'steps',
  referee: 'steps',
  generate: 'responses',
  score: 'responses',
  train: 'steps',
  evaluate: 'responses',
};

const roundKinds = ['generate', 'score', 'train', 'evaluate'] as const;

/**
 * All stages of a recipe: SFT and reward model, a referee where the recipe keeps data for one, then four stages a round; without
 * rounds, base and SFT are evaluated. A dataset with single responses trains SFT alone: without preferences there is no reward to evaluate by.
 */
export function stagesOf(recipe: Recipe, kind: DatasetKind = 'preference'): StageSpec[] {
  if (kind === 'sft') return [{ id: 'sft', kind: 'sft', round: 0 }];
  const stages: StageSpec[] = [
    { id: 'sft', kind: 'sft', round: 0 },
    { id: 'reward', kind: 'reward', round: 0 },
  ];
  if (recipe.refereeHalf) stages.push({ id: 'referee', kind: 'referee', round: 0 });
  if (recipe.rounds === 0) stages.push({ id: 'evaluate', kind: 'evaluate', round: 0 });
  for (let round = 1; round <= recipe.rounds; round++) {
    for (const kind of roundKinds) stages.push({ id: stageId(kind, round), kind, round });
  }
  return stages;
}

export function stageId(kind: (typeof roundKinds)[number], round: number): string {
  return `round${round}.${kind}`;
}

/** The stage whose result is model M_i: SFT for round 0, else the round's DPO training. */
export function modelStage(round: number): string {
  return round === 0 ? 'sft' : stageId('train', round);
}

/**
 * The earlier stages that a stage's result depends on, by their role.
 * @param omitted evaluations that the run leaves out; a later one depends on the last before it that is not, and on all models since
 */
export function inputStages(
  stage: StageSpec,
  recipe: Recipe,
  omitted: ReadonlySet<string> = new Set(),
): Record<string, string> {
  const { kind, round } = stage;
  const previous = modelStage(round - 1);
  switch (kind) {
    case 'sft':
      return {};
    case 'reward':
    case 'referee':
      return recipe.rewardBase === 'sft' ? { start: 'sft' } : {};
    case 'generate':
      return { policy: previous };
    case 'score':
      return { responses: stageId('generate', round), reward: 'reward' };
    case 'train':
      return { start: previous, reference: referenceStage(recipe, round), sft: 'sft', ...pairStages(recipe, round) };
    case 'evaluate':
      return {
        policy: modelStage(round),
        reward: 'reward',
        sft: 'sft',
        ...(recipe.refereeHalf && { referee: 'referee' }),
        ...earlierModels(round, omitted),
      };
  }
}

/** The last evaluation before round `round` that the run has, and the models of the rounds between: "policy1", "policy2", ... */
function earlierModels(round: number, omitted: ReadonlySet<string>): Record<string, string> {
  const models: Record<string, string> = {};
  for (let before = round - 1; before > 0; before--) {
    const earlier = stageId('evaluate', before);
    if (!omitted.has(earlier)) return { ...models, earlier };
    models[`policy${before}`] = modelStage(before);
  }
  return models;
}

/** The evaluations that were left out when an evaluation had inputs of these roles. */
export function omittedBefore(roles: readonly string[]): ReadonlySet<string> {
  const rounds = roles.flatMap((role) => /^policy(\d+)$/.exec(role)?.[1] ?? []);
  return new Set(rounds.map((round) => stageId('evaluate', Number(round))));
}

/** The stage whose model is the frozen reference of a round's DPO. */
export function referenceStage(recipe: Recipe, round: number): string {
  return modelStage(referenceRound(recipe, round));
}

/** The rounds whose synthetic pairs round `round` trains on. */
export function pairRounds({ dpoMix }: Pick<Recipe, 'dpoMix'>, round: number): number[] {
  const first = dpoMix === 'accumulate' ? 1 : round;
  return Array.from({ length: round - first + 1 }, (_, i) => first + i);
}

/** The score stages whose synthetic pairs round `round` trains on, by role "pairs1", "pairs2", ... */
export function pairStages(recipe: Recipe, round: number): Record<string, string> {
  return Object.fromEntries(pairRounds(recipe, round).map((r) => [`pairs${r}`, stageId('score', r)]));
}

/**
 * The stages whose models an evaluation of round `round` meets for the first time, null for the bare base model.
 * @param known how many models earlier evaluations have met: none, or base, SFT and those of the first rounds
 */
export function newlyEvaluated(round: number, known: number): (string | null)[] {
  return [null, ...Array.from({ length: round + 1 }, (_, i) => modelStage(i))].slice(known);
}

/** A stage before anything of it has happened. */
export function pendingStage({ id, kind, round }: StageSpec): StageState {
  return {
    id,
    kind,
    round,
    status: 'pending',
    done: 0,
    total: 0,
    unit: units[kind],
    seconds: 0,
    secondsLeft: null,
    history: [],
    summary: {},
    notes: [],
    samples: [],
    memory: null,
    profile: null,
  };
}
