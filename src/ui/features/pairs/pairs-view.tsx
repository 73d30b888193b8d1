/** The pairs of a run, original and synthetic: a list to look through, a review by keyboard, and a blind one. */
import { Alert, Stack } from '@mantine/core';
import { originalRound } from '../../../protocol/pair-review';
import { hasResult } from '../../../protocol/status';
import type { RunState } from '../../../protocol/studio';
import { openView, type PairView } from '../../../store/pairs';
import { useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { BlindReview } from './blind-review';
import { OriginalRewards } from './original-rewards';
import { PairReview } from './pair-review';
import { PairToolbar } from './pair-toolbar';
import { PairsTable } from './pairs-table';
import { usePairWindow } from './use-pair-window';

/** Characters of a text that a row of the list can show. */
const LIST_CLIP = 300;

const scoredRounds = (run: RunState): number[] =>
  run.stages.filter((stage) => stage.kind === 'score' && hasResult(stage)).map(({ round }) => round);

/** The latest round's pairs, or the original ones as long as there are no others. */
function firstView(run: RunState, rounds: readonly number[]): PairView {
  const view = openView(run.id);
  return { ...view, query: { ...view.query, rounds: [rounds.at(-1) ?? originalRound] } };
}

export function PairsView({ run }: { run: RunState }) {
  const rounds = scoredRounds(run);
  const view = useStudio((state) => state.pairViews[run.id]) ?? firstView(run, rounds);
  const setPairView = useStudio((state) => state.setPairView);
  const change = (part: Partial<PairView>) => setPairView(run.id, { ...view, ...part });
  const scorings = useStudio((state) => state.scorings[run.id] ?? 0);
  const listed = view.mode === 'list';
  const pairs = usePairWindow({
    query: view.query,
    version: `${rounds.join()} ${scorings}`,
    pageSize: listed ? 50 : 10,
    clip: listed ? LIST_CLIP : null,
  });
  const { found, error } = pairs;
  const leave = () => change({ mode: 'list' });
  return (
    <Stack data-testid="pairs-view">
      {listed && <PairToolbar run={run} rounds={rounds} view={view} found={found} onChange={change} />}
      {listed && found && <OriginalRewards run={run} query={view.query} found={found} onChange={change} />}
      {found?.missing && view.query.rounds.includes(originalRound) && (
        <Alert color="yellow" title="The original pairs are not there">
          {found.missing}
        </Alert>
      )}
      {error !== null && (
        <Alert color="red" title="The pairs could not be read" role="alert">
          {error}
        </Alert>
      )}
      {found?.total === 0 && <NoPairs all={found.all} />}
      {found && found.total > 0 && view.mode === 'list' && (
        <PairsTable
          pairs={pairs}
          total={found.total}
          place={view.place}
          onOpen={(place) => change({ mode: 'review', place })}
        />
      )}
      {found && found.total > 0 && view.mode === 'review' && (
        <PairReview run={run} pairs={pairs} found={found} view={view} onChange={change} onLeave={leave} />
      )}
      {found && found.total > 0 && view.mode === 'blind' && (
        <BlindReview run={run} pairs={pairs} found={found} view={view} onChange={change} onLeave={leave} />
      )}
    </Stack>
  );
}

function NoPairs({ all }: { all: number }) {
  if (all > 0) return <EmptyState title="No pair fits">Change the filters or the text to search for.</EmptyState>;
  return (
    <EmptyState title="No pairs yet">
      In every round the model answers fresh prompts several times, and the reward model picks the best and the worst
      answer. The pairs appear here as soon as a round is scored.
    </EmptyState>
  );
}
