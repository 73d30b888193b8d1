/**
 * Blind votes: how far they agree with the reward model and the dataset's labels, and the decisions they amount to; and the pairs
 * that votes in the playground make.
 */
import { contentHash } from '../src/data/content-hash';
import { standingVotes, votedPairs, type ReviewState } from '../src/data/review/review-state';
import { agreement, type TwoVerdicts, type Verdict } from '../src/evaluation/agreement';
import {
  noVerdict,
  pairKeyText,
  playgroundRound,
  type BlindVote,
  type PairChange,
  type PairDecision,
  type PlaygroundVote,
  type VotedPair,
} from '../src/protocol/pair-review';
import { InputError } from '../src/protocol/errors';
import type { BlindReport, ModelTally, PairRow } from '../src/protocol/pairs';
import type { OpenPairs, PairQueries } from './pair-queries';

/** What a vote says about the pair: as it is, the other way round, or neither. */
export function votedDecision({ left, better }: BlindVote): PairDecision {
  if (better === 'tie') return 'tie';
  return (better === 'left') === (left === 'chosen') ? 'keep' : 'flip';
}

/** Votes on pairs that the run no longer has do not count. */
export async function blindReport(queries: PairQueries, opened: OpenPairs): Promise<BlindReport> {
  const votes = standingVotes(opened.reviews).flatMap((vote) => {
    const row = opened.source.index.row(pairKeyText(vote));
    return row === undefined ? [] : [{ vote, row }];
  });
  const rows = await queries.read(
    opened,
    votes.map(({ row }) => row),
    1,
  );
  const verdicts: Record<'reward' | 'labels', TwoVerdicts[]> = { reward: [], labels: [] };
  votes.forEach(({ vote }, i) => {
    const pair = rows[i];
    if (!pair) return;
    verdicts[pair.scores ? 'reward' : 'labels'].push([vote.better, judged(pair, vote)]);
  });
  return {
    reward: agreement(verdicts.reward),
    labels: agreement(verdicts.labels),
    adoptable: (await adoptVotes(opened)).length,
  };
}

/** What the scores say, or the labels where there are none. */
function judged({ scores }: PairRow, { left }: BlindVote): Verdict {
  if (scores && scores.chosen === scores.rejected) return 'tie';
  const better = scores && scores.rejected > scores.chosen ? 'rejected' : 'chosen';
  return better === left ? 'left' : 'right';
}

/** The changes that make the votes decisions. */
export function adoptVotes({ reviews, source }: OpenPairs): Promise<PairChange[]> {
  const changes = standingVotes(reviews).flatMap((vote): PairChange[] => {
    const { round, id } = vote;
    const key = pairKeyText(vote);
    const previous = reviews.verdicts.get(key)?.verdict ?? null;
    const decision = votedDecision(vote);
    if (previous?.decision === decision || source.index.row(key) === undefined) return [];
    return [{ round, id, verdict: { ...(previous ?? noVerdict), decision }, previous }];
  });
  return Promise.resolve(changes);
}

/**
 * The pair of two answers, and the verdict that a vote for neither comes with.
 * @throws InputError where there is nothing to prefer
 */
export async function pairOfVote({ prompt, left, right, better }: PlaygroundVote) {
  if (left.text.trim() === '' || right.text.trim() === '')
    throw new InputError('An empty answer cannot be voted on: a pair needs two responses.');
  if (left.text.trim() === right.text.trim())
    throw new InputError('Both answers are the same: there is nothing to prefer.');
  const [chosen, rejected] = better === 'right' ? [right, left] : [left, right];
  const added: VotedPair = {
    id: await contentHash(JSON.stringify(prompt), chosen.text, rejected.text),
    prompt,
    chosen: chosen.text,
    rejected: rejected.text,
    chosenModel: chosen.model,
    rejectedModel: rejected.model,
  };
  const verdict = better === 'tie' ? { ...noVerdict, decision: 'tie' as const } : null;
  return { added, verdict };
}

/** How often each model won against each other one, by what stands: decisions made later count. */
export function playgroundTally(reviews: ReviewState): ModelTally[] {
  const tallies = new Map<string, { models: [string, string]; wins: [number, number]; ties: number }>();
  for (const { id, chosenModel, rejectedModel } of votedPairs(reviews)) {
    const decision = reviews.verdicts.get(pairKeyText({ round: playgroundRound, id }))?.verdict.decision ?? 'keep';
    if (decision === 'drop') continue;
    const models: [string, string] =
      chosenModel < rejectedModel ? [chosenModel, rejectedModel] : [rejectedModel, chosenModel];
    const tally = tallies.get(models.join()) ?? { models, wins: [0, 0], ties: 0 };
    tallies.set(models.join(), tally);
    const winner = decision === 'flip' ? rejectedModel : chosenModel;
    if (decision === 'tie') tally.ties++;
    else tally.wins[winner === models[0] ? 0 : 1]++;
  }
  return [...tallies.values()];
}
