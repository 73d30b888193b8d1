/** Blind votes: how far they agree with the reward model and the dataset's labels, and the decisions they amount to. */
import { standingVotes } from '../src/data/review/review-state';
import { agreement, type TwoVerdicts, type Verdict } from '../src/evaluation/agreement';
import {
  noVerdict,
  originalRound,
  pairKeyText,
  type BlindVote,
  type PairChange,
  type PairDecision,
} from '../src/protocol/pair-review';
import type { BlindReport, PairRow } from '../src/protocol/pairs';
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
    verdicts[vote.round === originalRound ? 'labels' : 'reward'].push([vote.better, judged(pair, vote)]);
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
