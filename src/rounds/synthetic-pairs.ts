/** Synthetic pairs as a score stage stores them, and as synthetic_preferences.json shows them. Making them is in src/data/pair-filters.ts. */
import { z } from 'zod';
import type { StandingVerdict } from '../data/review/review-state';
import { pairKeyText } from '../protocol/pair-review';
import { dropReasons, type SyntheticPair } from '../protocol/preference';
import { ofRound, type Recipe } from '../protocol/recipe';
import type { Bytes } from '../storage/records';
import { jsonFile, parseJsonFile } from './canonical-json';
import { stageSeed } from './settings';
import { stageId } from './stages';

const pairsFile = 'pairs.json';

const candidateSchema = z.object({
  text: z.string(),
  ids: z.array(z.number()),
  score: z.number(),
  ended: z.boolean(),
});

const syntheticPairSchema = z.object({
  id: z.string(),
  round: z.number(),
  prompt: z.string(),
  promptIds: z.array(z.number()),
  chosen: candidateSchema,
  rejected: candidateSchema,
  scores: z.array(z.number()),
  dropped: z.enum(dropReasons).nullable(),
}) satisfies z.ZodType<SyntheticPair>;

export function syntheticPairFiles(pairs: SyntheticPair[]): Record<string, Bytes> {
  return { [pairsFile]: jsonFile(pairs) };
}

/** The pairs of a score stage's artifact, the dropped ones included. */
export function readSyntheticPairs(files: Record<string, Bytes>): SyntheticPair[] {
  const file = files[pairsFile];
  if (!file) throw new Error(`internal: the artifact has no ${pairsFile}`);
  return z.array(syntheticPairSchema).parse(parseJsonFile(file));
}

/**
 * The records of synthetic_preferences.json: one a prompt, with how it was sampled, what it scored, why it was dropped, and what
 * a person decided about it where they did.
 */
export function syntheticPreferences(
  files: Record<string, Bytes>,
  recipe: Recipe,
  round: number,
  verdicts: ReadonlyMap<string, StandingVerdict> = new Map(),
) {
  const sampling = {
    temperature: ofRound(recipe.temperatures, round),
    top_k: recipe.topK,
    top_p: recipe.topP,
    repetition_penalty: recipe.repetitionPenalty,
    max_new_tokens: recipe.maxNewTokens,
    samples_per_prompt: recipe.samplesPerPrompt,
    seed: stageSeed(recipe, stageId('generate', round)),
  };
  return readSyntheticPairs(files).map(({ id, prompt, chosen, rejected, scores, dropped }) => ({
    id,
    round,
    prompt,
    chosen: chosen.text,
    rejected: rejected.text,
    chosen_score: chosen.score,
    rejected_score: rejected.score,
    scores,
    chosen_ended: chosen.ended,
    rejected_ended: rejected.ended,
    sampling,
    filter: { kept: dropped === null, dropped },
    ...reviewField(verdicts.get(pairKeyText({ round, id }))),
  }));
}

function reviewField(standing: StandingVerdict | undefined) {
  if (!standing) return {};
  const { decision, edited, flagged } = standing.verdict;
  return { review: { decision, ...(edited && { edited }), ...(flagged && { flagged }) } };
}
