/**
 * One pair at a time: prompt, both responses side by side with their differences, and a key for every decision. A decision goes
 * on to the next pair; an undo goes back to the pair that it is about.
 */
import { Group, Loader, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { PairRow, PairTokens } from '../../../protocol/pairs';
import { originalRound } from '../../../protocol/pair-review';
import type { PairLogRatios } from '../../../protocol/playground';
import type { RunState } from '../../../protocol/run-state';
import type { PairView } from '../../../store/pairs';
import { once } from '../../primitives/key-button';
import { promptText } from '../../primitives/prompt-text';
import { useGpuUser } from '../../primitives/use-gpu-user';
import { DecisionKeys } from './decision-keys';
import { EditForm } from './edit-form';
import { nearestPlace } from './nearest-place';
import { PairFacts } from './pair-facts';
import { countsFrom } from './pair-words';
import classes from './pairs.module.css';
import { ResponseCard, Tokens } from './response-card';
import { ReviewBar } from './review-bar';
import { useDecisions } from './use-decisions';
import type { LoadedPairs } from './use-pair-window';
import { RatioLegend } from './ratio-legend';
import { ratioModelsOf, type RatioModels } from './ratio-models';
import { useLogRatios } from './use-log-ratios';
import { openAt } from './use-open-pair';
import { usePairTokens } from './use-pair-tokens';
import { standingPair, type StandingResponse } from './standing-pair';
import { wordDiff } from './word-diff';

export interface ReviewProps {
  run: RunState;
  pairs: LoadedPairs;
  /** undefined while it is on its way. */
  pair: PairRow | undefined;
  found: NonNullable<LoadedPairs['found']>;
  view: PairView;
  onChange: (change: Partial<PairView>) => void;
  onLeave: () => void;
}

/** `edit`: begins with the texts to be edited. */
export function PairReview({
  run,
  pairs,
  pair,
  found,
  view,
  edit,
  onChange,
  onLeave,
}: ReviewProps & { edit: boolean }) {
  const { total, reviewed } = found;
  const place = nearestPlace(view.place, total);
  const move = (next: number) => onChange(openAt(pairs, next));
  const { need } = pairs;
  const [editedPlace, setEditedPlace] = useState<number | null>(edit ? place : null);
  const editing = editedPlace === place;
  const setEditing = (on: boolean) => setEditedPlace(on ? place : null);
  const [showTokens, setShowTokens] = useState(false);
  const [wantRatios, setWantRatios] = useState(false);
  const [chosenModels, setChosenModels] = useState<RatioModels | null>(null);
  const decisions = useDecisions({ runId: run.id, query: view.query, asOf: found.asOf, pair, place, move });
  const gpuUser = useGpuUser();
  const ownModels = ratioModelsOf(run, pair?.round ?? originalRound);
  const canWeigh = ownModels !== null;
  const showRatios = wantRatios && canWeigh && gpuUser === null;
  const models = showRatios ? (chosenModels ?? ownModels) : null;
  const tokens = usePairTokens(run.id, pair, showTokens || showRatios);
  const ratios = useLogRatios(run.id, tokens, models);
  const toggleRatios = () => setWantRatios((wanted) => !wanted);
  useEffect(() => need(Math.max(0, place - 1), Math.min(total - 1, place + 2)), [need, place, total]);

  useHotkeys([
    ['1', once(() => decisions.decide('keep'))],
    ['2', once(() => decisions.decide('flip'))],
    ['3', once(() => decisions.decide('tie'))],
    ['4', once(() => decisions.decide('drop'))],
    ['e', () => setEditing(true)],
    ['f', decisions.flag],
    ['u', decisions.undo],
    ['t', () => setShowTokens((shown) => !shown)],
    ['l', () => canWeigh && gpuUser === null && toggleRatios()],
    ['ArrowRight', () => move(place + 1)],
    ['ArrowLeft', () => move(place - 1)],
    ['Escape', onLeave],
  ]);

  return (
    <Stack data-testid="pair-review">
      <ReviewBar place={place} total={total} done={reviewed} doneWord="Reviewed" onMove={move} onLeave={onLeave} />
      {pair ? (
        <>
          <PairFacts pair={pair} />
          {editing ? (
            <EditForm
              texts={pair.verdict?.edited ?? ownTexts(pair)}
              flipped={pair.verdict?.decision === 'flip'}
              own={ownTexts(pair)}
              onCancel={() => setEditing(false)}
              onSave={(texts) => {
                setEditing(false);
                decisions.edit(texts);
              }}
            />
          ) : (
            <PairTexts pair={pair} tokens={tokens} ratios={ratios} />
          )}
          <DecisionKeys
            decision={pair.verdict?.decision ?? null}
            flagged={pair.verdict?.flagged ?? false}
            showTokens={showTokens}
            onDecide={decisions.decide}
            onEdit={() => setEditing(true)}
            onFlag={decisions.flag}
            onUndo={decisions.undo}
            onTokens={() => setShowTokens((shown) => !shown)}
            showRatios={showRatios}
            onRatios={canWeigh ? toggleRatios : null}
            ratiosWait={gpuUser}
          />
          {models && (
            <RatioLegend
              run={run}
              models={models}
              loading={tokens === null || ratios === null}
              chosen={chosenModels !== null}
              onChoose={setChosenModels}
            />
          )}
          <Text size="xs" c="dimmed" data-testid="counts-from">
            {countsFrom(run, pair)}
          </Text>
        </>
      ) : (
        <Group justify="center" p="xl">
          <Loader aria-label="The pair is loading" />
        </Group>
      )}
    </Stack>
  );
}

interface PairTextsProps {
  pair: PairRow;
  tokens: PairTokens | null;
  ratios: PairLogRatios | null;
}

const ownTexts = ({ chosen, rejected }: PairRow) => ({ chosen, rejected });

function PairTexts({ pair, tokens, ratios }: PairTextsProps) {
  const { chosen, rejected, flipped } = standingPair(pair);
  // A flip changes which one is chosen, not where they stand.
  const [left, right] = flipped ? [rejected, chosen] : [chosen, rejected];
  const diff = wordDiff(left.text.trim(), right.text.trim());
  const card = ({ own, reward, edited }: StandingResponse) => ({
    side: own === chosen.own ? ('chosen' as const) : ('rejected' as const),
    edited,
    score: reward,
    model: pair.models?.[own] ?? null,
    // What the person wrote ends with the end token.
    ended: edited ? null : (pair.ended?.[own] ?? null),
    tokens: tokens?.[own] ?? null,
    ratios: ratios?.[own] ?? null,
  });
  return (
    <Stack data-testid="pair-detail">
      <Paper>
        <Text size="xs" fw={600} c="dimmed" mb={4}>
          Prompt{tokens ? ` · ${tokens.prompt.ids.length} tokens, then the response begins` : ''}
        </Text>
        <div className={classes.prompt} tabIndex={0} role="region" aria-label="Prompt">
          {tokens ? (
            <Tokens list={tokens.prompt} />
          ) : (
            <Text size="sm" className="verbatim" data-testid="review-prompt">
              {promptText(pair.prompt).trim()}
            </Text>
          )}
        </div>
      </Paper>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <ResponseCard {...card(left)} parts={diff.first} />
        <ResponseCard {...card(right)} parts={diff.second} />
      </SimpleGrid>
    </Stack>
  );
}
