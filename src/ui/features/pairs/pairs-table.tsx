/**
 * A long list of pairs: only the rows in view are in the document. Keys move the marked row, choose rows, decide about the marked
 * pair as in the review, and open it.
 */
import { Box, Group, Paper, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import type { PairQuery } from '../../../protocol/pairs';
import { HelpHint } from '../../primitives/help-hint';
import { useStable } from '../../primitives/use-stable';
import { decisionOfKey } from './decision-keys';
import { nearestPlace } from './nearest-place';
import { PairListRow } from './pair-list-row';
import { pairCount } from './pair-words';
import classes from './pairs.module.css';
import { extended, noChoice, settled, toggled, type RowChoice } from './row-choice';
import { useDecisions } from './use-decisions';
import type { LoadedPairs } from './use-pair-window';

const ROW_HEIGHT = 64;
const columns: readonly { name: string; place?: string | undefined; figure?: boolean }[] = [
  { name: '#' },
  { name: 'Prompt' },
  { name: 'Chosen' },
  { name: 'Reward', place: classes.chosenReward, figure: true },
  { name: 'Rejected' },
  { name: 'Reward', place: classes.rejectedReward, figure: true },
  { name: 'Margin', figure: true },
  { name: 'Used', place: classes.used },
  { name: 'Review', place: classes.review },
];

interface PairsTableProps {
  query: PairQuery;
  pairs: LoadedPairs;
  found: NonNullable<LoadedPairs['found']>;
  /** The marked row. */
  place: number;
  choice: RowChoice;
  /** Whether the list has the keyboard at once. */
  focused: boolean;
  onMark: (place: number) => void;
  onChoose: (choice: RowChoice) => void;
  onOpen: (place: number, edit: boolean) => void;
}

function HeaderRow() {
  return (
    <div role="row" aria-rowindex={1} className={`${classes.row} ${classes.header}`}>
      {columns.map(({ name, place = '', figure = false }) => (
        <Text
          key={`${name} ${place}`}
          role="columnheader"
          className={place}
          size="xs"
          fw={600}
          c="dimmed"
          ta={figure ? 'right' : 'left'}
        >
          {name}
        </Text>
      ))}
    </div>
  );
}

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 8, PageUp: -8 };

/** Where a key leads to; null for keys that lead nowhere. */
function nextPlace(key: string, current: number, total: number): number | null {
  if (key === 'Home') return 0;
  if (key === 'End') return total - 1;
  const step = steps[key];
  return step === undefined ? null : nearestPlace(current + step, total);
}

export function PairsTable(props: PairsTableProps) {
  const { query, pairs, found, place, choice, focused, onMark, onChoose, onOpen } = props;
  const { pair, need } = pairs;
  const { total } = found;
  const scroller = useRef<HTMLDivElement>(null);
  const current = nearestPlace(place, total);
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
    initialOffset: Math.max(0, current - 2) * ROW_HEIGHT,
    // The header lies over the first row's height.
    scrollPaddingStart: ROW_HEIGHT,
  });
  const items = rows.getVirtualItems();
  const [first, last] = [items[0]?.index, items.at(-1)?.index];
  useEffect(() => {
    if (first !== undefined && last !== undefined) need(first, last);
  }, [need, first, last]);
  useEffect(() => {
    if (focused) scroller.current?.focus({ preventScroll: true });
  }, [focused]);

  const mark = (next: number) => {
    const to = nearestPlace(next, total);
    onMark(to);
    rows.scrollToIndex(to);
  };
  const decisions = useDecisions({
    ...{ runId: query.runId, query, asOf: found.asOf, pair: pair(current), place: current },
    move: mark,
  });

  /** Other keys than those that move; null for keys that do nothing here. */
  const actionOf = (key: string): (() => void) | null => {
    const decision = decisionOfKey(key);
    if (decision) return () => decisions.decide(decision);
    if (key === ' ') return () => onChoose(toggled(choice, current));
    if (key === 'Escape' && choice.chosen.size > 0) return () => onChoose(noChoice);
    if (key === 'f') return decisions.flag;
    if (key === 'u') return decisions.undo;
    return key === 'e' || key === 'Enter' ? () => onOpen(current, key === 'e') : null;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // The buttons of rows have keys of their own.
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = nextPlace(event.key, current, total);
    const action = next === null ? actionOf(event.key) : null;
    if (next === null && action === null) return;
    event.preventDefault();
    if (next !== null) {
      onChoose(event.shiftKey ? extended(choice, current, next) : settled(choice));
      mark(next);
    } else if (!event.repeat) action?.();
  };

  const choose = useStable((at: number, range: boolean) => {
    onChoose(range ? extended(choice, current, at) : toggled(choice, at));
    onMark(at);
    scroller.current?.focus({ preventScroll: true });
  });
  const press = useStable((at: number, range: boolean) => (range ? choose(at, true) : onOpen(at, false)));

  return (
    <Paper p={0} style={{ overflow: 'hidden' }}>
      <Box
        ref={scroller}
        className={classes.scroller ?? ''}
        tabIndex={0}
        aria-label="Pairs: arrow keys move, Enter opens, Space chooses"
        onKeyDown={onKeyDown}
        data-testid="pairs-scroller"
      >
        <div role="table" aria-label="Pairs" aria-rowcount={total + 1} data-testid="pairs" data-total={total}>
          <HeaderRow />
          <div role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
            {items.map(({ index, key, start }) => (
              <div
                key={key}
                className={classes.slot}
                style={{ transform: `translateY(${start}px)`, height: ROW_HEIGHT }}
              >
                <PairListRow
                  place={index}
                  pair={pair(index)}
                  current={index === current}
                  chosen={choice.chosen.has(index)}
                  onPress={press}
                  onChoose={choose}
                />
              </div>
            ))}
          </div>
        </div>
      </Box>
      <Group justify="space-between" gap="xs" p="xs">
        <Text size="xs" c="dimmed" className="figures">
          {pairCount(total)} · reward <HelpHint of="score" label="the reward" /> · margin{' '}
          <HelpHint of="pair_margin" label="the margin" /> in standard deviations
        </Text>
        <Text size="xs" c="dimmed">
          Marked pair: Enter opens, 1–4 decide, Space chooses · Shift with arrows or a click chooses several
        </Text>
      </Group>
    </Paper>
  );
}
