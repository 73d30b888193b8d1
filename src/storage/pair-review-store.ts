/**
 * The log of what a person decided about a run's pairs. It is only added to, and each entry gets its number in the transaction
 * that writes it, so two tabs never take the same one. What the entries mean together is in src/data/review.
 */
import { z } from 'zod';
import { InputError } from '../protocol/errors';
import {
  pairDecisions,
  reviewSources,
  type BlindVote,
  type PairChange,
  type PairVerdict,
  type ReviewAction,
  type VotedPair,
} from '../protocol/pair-review';
import type { StudioDatabase } from './database';
import { writeWithQuota } from './quota';

const key = { round: z.number().int().min(0), id: z.string().min(1) };

export const pairVerdictSchema = z.object({
  decision: z.enum(pairDecisions).nullable(),
  edited: z.object({ chosen: z.string(), rejected: z.string() }).nullable(),
  flagged: z.boolean(),
}) satisfies z.ZodType<PairVerdict>;

const pairChangeSchema = z.object({
  ...key,
  verdict: pairVerdictSchema.nullable(),
  previous: pairVerdictSchema.nullable(),
}) satisfies z.ZodType<PairChange>;

const blindVoteSchema = z.object({
  ...key,
  left: z.enum(['chosen', 'rejected']),
  better: z.enum(['left', 'right', 'tie']),
}) satisfies z.ZodType<BlindVote>;

const votedPairSchema = z.object({
  id: z.string().min(1),
  prompt: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })).min(1),
  chosen: z.string(),
  rejected: z.string(),
  chosenModel: z.string(),
  rejectedModel: z.string(),
}) satisfies z.ZodType<VotedPair>;

export const reviewActionSchema = z.object({
  runId: z.string().min(1),
  sequence: z.number().int().min(1),
  at: z.number(),
  who: z.literal('person'),
  how: z.enum(reviewSources),
  changes: z.array(pairChangeSchema),
  vote: blindVoteSchema.nullable(),
  // Entries written before there were votes in the playground have none.
  added: votedPairSchema.nullable().default(null),
  undoes: z.number().int().min(1).nullable(),
}) satisfies z.ZodType<ReviewAction>;

export type NewReviewAction = Omit<ReviewAction, 'sequence' | 'at' | 'who'>;

const rangeOf = (runId: string, after = 0) => IDBKeyRange.bound([runId, after], [runId, []], true);

/** Adds an action to the log. @throws InputError when the run is gone or the storage is full */
export async function appendReview(database: StudioDatabase, action: NewReviewAction): Promise<ReviewAction> {
  return writeWithQuota('a decision about pairs', 200 * action.changes.length + 500, async () => {
    const transaction = database.transaction(['runs', 'pairReviews'], 'readwrite');
    const store = transaction.objectStore('pairReviews');
    const [run, last] = await Promise.all([
      transaction.objectStore('runs').getKey(action.runId),
      store.openKeyCursor(rangeOf(action.runId), 'prev'),
    ]);
    if (run === undefined) {
      transaction.abort();
      await transaction.done.catch(() => {});
      throw new InputError('There is no such run; it may have been deleted in another window.');
    }
    const whole: ReviewAction = { ...action, sequence: (last?.key[1] ?? 0) + 1, at: Date.now(), who: 'person' };
    await store.add(whole);
    await transaction.done;
    return whole;
  });
}

/** The actions after `after`, oldest first. @throws InputError when one of them cannot be read: what stands would be unknown */
export async function readReviews(database: StudioDatabase, runId: string, after = 0): Promise<ReviewAction[]> {
  const stored = z.array(reviewActionSchema).safeParse(await database.getAll('pairReviews', rangeOf(runId, after)));
  if (stored.success) return stored.data;
  throw new InputError(
    'The decisions about the pairs of this run cannot be read by this version of the studio. Reload all its tabs to get the newest version.',
  );
}
