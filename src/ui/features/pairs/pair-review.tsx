/**
 * One pair at a time: prompt, both responses side by side with their differences, and a key for every decision. A decision goes
 * on to the next pair; an undo goes back to the pair that it is about.
 */
import { Group, Loader, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { PairRow, PairTokens } from '../../../protocol/pairs';
import type { RunState } from '../../../protocol/studio';
import type { PairView } from '../../../store/pairs';
import { once } from '../../primitives/key-button';
import { promptText } from '../../primitives/prompt-text';
import { DecisionKeys } from './decision-keys';
import { EditForm } from './edit-form';
import { PairFacts } from './pair-facts';
import { countsFrom, standingPair } from './pair-words';
import classes from './pairs.module.css';
import { ResponseCard, Tokens } from './response-card';
import { ReviewBar } from './review-bar';
import { useDecisions } from './use-decisions';
import type { LoadedPairs } from './use-pair-window';
import { RatioLegend } from './ratio-legend';
import { useLogRatios, type WeighedPair } from './use-log-ratios';
import { usePairTokens } from './use-pair-tokens';
import { firstChoice } from '../playground/run-models';
import { wordDiff } from './word-diff';

export interface ReviewProps {
  run: RunState;
  pairs: LoadedPairs;
  found: NonNullable<LoadedPairs['found']>;
  view: PairView;
  onChange: (change: Partial<PairView>) => void;
  onLeave: () => void;
}

export function PairReview({ run, pairs, found, view, onChange, onLeave }: ReviewProps) {
  const { total, reviewed } = found;
  const place = Math.max(0, Math.min(view.place, total - 1));
  const move = (next: number) => onChange({ place: Math.max(0, Math.min(total - 1, next)) });
  const pair = pairs.pair(place);
  const { need } = pairs;
  const [editedPlace, setEditedPlace] = useState<number | null>(null);
  const editing = editedPlace === place;
  const setEditing = (on: boolean) => setEditedPlace(on ? place : null);
  const [showTokens, setShowTokens] = useState(false);
  const [showRatios, setShowRatios] = useState(false);
  const decisions = useDecisions({ runId: run.id, query: view.query, asOf: found.asOf, pair, place, move });
  const tokens = usePairTokens(run.id, pair, showTokens || showRatios);
  const weighed = useLogRatios(run, tokens, showRatios);
  const canWeigh = firstChoice(run)[1] !== null;
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
    ['l', () => canWeigh && setShowRatios((shown) => !shown)],
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
              texts={standingPair(pair).texts}
              own={{ chosen: pair.chosen, rejected: pair.rejected }}
              onCancel={() => setEditing(false)}
              onSave={(texts) => {
                setEditing(false);
                decisions.edit(texts);
              }}
            />
          ) : (
            <PairTexts pair={pair} tokens={tokens} weighed={weighed} />
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
            onRatios={canWeigh ? () => setShowRatios((shown) => !shown) : null}
          />
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
  weighed: WeighedPair | null;
}

function PairTexts({ pair, tokens, weighed }: PairTextsProps) {
  const { texts, flipped } = standingPair(pair);
  const diff = wordDiff(texts.chosen.trim(), texts.rejected.trim());
  const edited = pair.verdict?.edited ?? null;
  // A flip changes which one is chosen, not where they stand.
  const [left, right] = flipped ? (['rejected', 'chosen'] as const) : (['chosen', 'rejected'] as const);
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
        <ResponseCard
          edited={edited !== null && edited.chosen !== pair.chosen}
          side={left}
          parts={diff.first}
          score={pair.scores?.chosen ?? null}
          model={pair.models?.chosen ?? null}
          ended={pair.ended?.chosen ?? null}
          tokens={tokens?.chosen ?? null}
          ratios={weighed?.ratios.chosen ?? null}
        />
        <ResponseCard
          edited={edited !== null && edited.rejected !== pair.rejected}
          side={right}
          parts={diff.second}
          score={pair.scores?.rejected ?? null}
          model={pair.models?.rejected ?? null}
          ended={pair.ended?.rejected ?? null}
          tokens={tokens?.rejected ?? null}
          ratios={weighed?.ratios.rejected ?? null}
        />
      </SimpleGrid>
      {weighed && <RatioLegend {...weighed} />}
    </Stack>
  );
}
