/**
 * What one example, pair or prompt of a recipe costs, in floating-point operations: the pieces that run-cost.ts multiplies and
 * measured-speed.ts divides by. Mean lengths stand for all lengths.
 */
import type { ModelConfig } from '../model/config';
import {
  decodeOperations,
  forwardOperations,
  sum,
  trainingOperations,
  type OperationsOf,
  type SequenceGroup,
} from '../model/operations';
import type { Recipe } from '../protocol/recipe';
import type { MeanTokens } from '../protocol/run-cost';
import { planMemory } from './memory-plan';
import { loraConfig, scoringBatch } from './settings';

export type TrainingKind = 'sft' | 'reward' | 'referee' | 'train';

export interface CostWork {
  recipe: Recipe;
  of: OperationsOf;
  /** Within the recipe's limits. */
  lengths: MeanTokens;
  /** Tokens of a generated response, its end token left out. */
  newTokens: number;
  /** Tokens of a prompt that leaves room for a response. */
  shortPrompt: number;
  /** Share of the blocks (0 to 1) that run forward again on the way back. */
  recomputed: Record<TrainingKind, number>;
}

/** Every response of the data is trained with one behind it. */
export const endToken = 1;

export function costWork(config: ModelConfig, recipe: Recipe, means: MeanTokens): CostWork {
  const lengths = withinLimits(means, recipe);
  return {
    recipe,
    of: { config, lora: recipe.parameters === 'lora' ? loraConfig(recipe, config) : null },
    lengths,
    // As long as those that SFT learned from.
    newTokens: Math.min(recipe.maxNewTokens, lengths.chosen),
    shortPrompt: Math.min(lengths.prompt, recipe.maxLength - recipe.maxNewTokens),
    recomputed: recomputedShares(config, recipe),
  };
}

/** Longer responses are dropped, prompts cut on the left: either leaves the mean within the limit. */
function withinLimits({ prompt, chosen, rejected, from }: MeanTokens, { maxLength }: Recipe): MeanTokens {
  const response = (length: number) => Math.min(length, maxLength - endToken - 1);
  const longest = Math.max(response(chosen), response(rejected));
  return {
    prompt: Math.max(1, Math.min(prompt, maxLength - endToken - longest)),
    chosen: response(chosen),
    rejected: response(rejected),
    from,
  };
}

/** The definitions keep all blocks or none; the fused engine as many as its memory plan has room for. */
function recomputedShares(config: ModelConfig, recipe: Recipe): CostWork['recomputed'] {
  const plan = planMemory(config, recipe);
  const share = (kind: TrainingKind) => {
    if (!plan) return recipe.gradientCheckpointing ? 1 : 0;
    return 1 - (plan.stages.find((stage) => stage.kind === kind)?.keptBlocks ?? 0) / plan.blocks;
  };
  return { sft: share('sft'), reward: share('reward'), referee: share('reward'), train: share('train') };
}

/** A prompt and its response, of which every token's log-probability is read. */
export const readResponse = (prefix: number, length: number): SequenceGroup => ({
  ...{ prefix, branches: [length], read: length, logits: true },
});

/** A prompt and its response, of which a reward is read. */
export const readReward = (prefix: number, length: number): SequenceGroup => ({
  ...{ prefix, branches: [length], read: 1, logits: false },
});

/** A pair of the data, or one that was sampled, as one group; as two where the engine does not share prompts. */
export function pairGroups(work: CostWork, what: 'original' | 'synthetic' | 'rewards'): SequenceGroup[] {
  const { lengths, newTokens, shortPrompt, recipe } = work;
  const made = what === 'synthetic';
  const responses = (made ? [newTokens, newTokens] : [lengths.chosen, lengths.rejected]).map((n) => n + endToken);
  const prefix = made ? shortPrompt : lengths.prompt;
  const logits = what !== 'rewards';
  const group = (branches: number[]) => ({ prefix, branches, read: logits ? sum(branches) : branches.length, logits });
  return recipe.engine === 'fused' ? [group(responses)] : responses.map((length) => group([length]));
}

/** Of one example or pair of the data, forward and backward. */
export function exampleOperations(work: CostWork, kind: TrainingKind): number {
  const groups = kind === 'sft' ? [sftGroup(work)] : pairGroups(work, kind === 'train' ? 'original' : 'rewards');
  return sum(groups.map((group) => trainingOperations(work.of, group, work.recomputed[kind])));
}

function sftGroup({ recipe, lengths: { prompt, chosen } }: CostWork): SequenceGroup {
  const group = readResponse(prompt, chosen + endToken);
  return recipe.sftLossOn === 'all' ? { ...group, read: prompt + chosen } : group;
}

/** Of a training stage for each token that its figure tokens_per_second counts: prompts once, all responses. */
export function operationsPerToken(work: CostWork, kind: TrainingKind): number {
  const { prompt, chosen, rejected } = work.lengths;
  const responses = kind === 'sft' ? chosen + endToken : chosen + rejected + 2 * endToken;
  return exampleOperations(work, kind) / (prompt + responses);
}

/**
 * Of a prompt and the responses sampled for it, which share its keys and values; the definitions compute them for each.
 * @param length tokens of a response
 */
export function samplingOperations({ of, recipe, shortPrompt }: CostWork, samples: number, length: number): number {
  const prompt = { prefix: shortPrompt, branches: [], read: 0, logits: false };
  const prefills = recipe.engine === 'fused' ? 1 : samples;
  return prefills * forwardOperations(of, prompt) + samples * decodeOperations(of, shortPrompt, length);
}

/**
 * Of scoring all responses of a round. Responses to a prompt that stand in one batch share its pass, on the fused engine.
 * @param samples responses of a prompt
 * @param length tokens of a response, its end token left out
 */
export function scoringOperations(work: CostWork, prompts: number, samples: number, length: number): number {
  const { recipe, of, shortPrompt } = work;
  const responses = prompts * samples;
  const shared = recipe.engine === 'fused' ? promptPasses(prompts, samples, scoringBatch(recipe)) : responses;
  const prompt = forwardOperations(of, { prefix: shortPrompt, branches: [], read: 0, logits: false });
  const response = forwardOperations(of, readReward(shortPrompt, length + endToken)) - prompt;
  return shared * prompt + responses * response;
}

/**
 * How often prompts are passed over when their responses, `samples` each, are cut into batches: once each, and once more for
 * every batch that begins within a prompt's responses.
 */
function promptPasses(prompts: number, samples: number, batch: number): number {
  let split = 0;
  for (let start = batch; start < prompts * samples; start += batch) if (start % samples !== 0) split += 1;
  return prompts + split;
}
