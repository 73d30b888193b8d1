/** The pairs of a run, original and synthetic: a list to look through, a review by keyboard, and a blind one. */
import { Alert, Stack } from '@mantine/core';
import { usePrevious } from '@mantine/hooks';
import { useState } from 'react';
import { originalRound } from '../../../protocol/pair-review';
import type { RunState } from '../../../protocol/run-state';
import { pairViewOf, scoredRounds, type PairView } from '../../../store/pairs';
import { useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { BlindReview } from './blind-review';
import { OriginalRewards } from './original-rewards';
import { PairReview } from './pair-review';
import { PairToolbar } from './pair-toolbar';
import { PairsTable } from './pairs-table';
import { noChoice, type RowChoice } from './row-choice';
import { openAt, useOpenPair } from './use-open-pair';
import { usePairWindow } from './use-pair-window';

/** Characters of a text that a row of the list can show. */
const LIST_CLIP = 300;

export function PairsView({ run }: { run: RunState }) {
  const rounds = scoredRounds(run);
  const view = pairViewOf(
    run,
    useStudio((state) => state.pairViews[run.id]),
  );
  const setPairView = useStudio((state) => state.setPairView);
  const scorings = useStudio((state) => state.scorings[run.id] ?? 0);
  const [editing, setEditing] = useState(false);
  const modeBefore = usePrevious(view.mode);
  const change = (part: Partial<PairView>) => setPairView(run.id, { ...view, ...part });
  const listed = view.mode === 'list';
  const version = `${rounds.join()} ${scorings}`;
  const pairs = usePairWindow({
    query: view.query,
    version,
    pageSize: listed ? 50 : 10,
    clip: listed ? LIST_CLIP : null,
  });
  const { found, error } = pairs;
  const [choice, choose] = useRowChoice(JSON.stringify([view.query, version, found?.asOf]));
  const openPair = useOpenPair(view, pairs, change);
  const leave = () => change({ mode: 'list', pair: null });
  const open = (place: number, edit: boolean) => {
    change({ mode: 'review', ...openAt(pairs, place) });
    setEditing(edit);
  };
  const shown = found && found.total > 0 ? found : null;
  return (
    <Stack data-testid="pairs-view">
      {/* An address may open a review of nothing: then there are still the filters. */}
      {(listed || found?.total === 0) && (
        <PairToolbar
          run={run}
          rounds={rounds}
          view={view}
          found={found}
          chosen={choice.chosen}
          onChooseNone={() => choose(noChoice)}
          onChange={change}
        />
      )}
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
      {shown && view.mode === 'list' && (
        <PairsTable
          // Another query begins at its top.
          key={JSON.stringify(view.query)}
          query={view.query}
          pairs={pairs}
          found={shown}
          place={view.place}
          choice={choice}
          // Whoever comes from a review goes on with the keyboard.
          focused={modeBefore !== undefined && modeBefore !== 'list'}
          onMark={(place) => change({ place })}
          onChoose={choose}
          onOpen={open}
        />
      )}
      {shown && view.mode === 'review' && (
        <PairReview
          run={run}
          pairs={pairs}
          found={shown}
          view={view}
          edit={editing}
          pair={openPair}
          onChange={change}
          onLeave={leave}
        />
      )}
      {shown && view.mode === 'blind' && (
        <BlindReview
          run={run}
          pairs={pairs}
          pair={openPair}
          found={shown}
          view={view}
          onChange={change}
          onLeave={leave}
        />
      )}
    </Stack>
  );
}

/** Rows are chosen by their places, so the choice is none as soon as these may be other pairs' (`key`). */
function useRowChoice(key: string): readonly [RowChoice, (choice: RowChoice) => void] {
  const [made, setMade] = useState({ key, choice: noChoice });
  return [made.key === key ? made.choice : noChoice, (choice) => setMade({ key, choice })];
}

function NoPairs({ all }: { all: number }) {
  if (all > 0) return <EmptyState title="No pair fits">Change the filters or the text to search for.</EmptyState>;
  return (
    <EmptyState title="No pairs yet">
      In every round the model gives several responses to each of its fresh prompts, and the reward model picks the best
      and the worst of them. The pairs appear here as soon as a round is scored.
    </EmptyState>
  );
}
