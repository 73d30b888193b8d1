/** A long list of pairs: only the rows in view are in the document. Arrow keys or j and k move, Enter opens the review. */
import { Box, Paper, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { formatInteger } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { PairListRow } from './pair-list-row';
import classes from './pairs.module.css';
import type { LoadedPairs } from './use-pair-window';

const ROW_HEIGHT = 64;
const columns = ['#', 'Prompt', 'Chosen', 'Score', 'Rejected', 'Score', 'Margin', 'Used', 'Review'];

interface PairsTableProps {
  pairs: LoadedPairs;
  total: number;
  /** The row that is marked at first. */
  place: number;
  onOpen: (place: number) => void;
}

function HeaderRow() {
  return (
    <div role="row" aria-rowindex={1} className={`${classes.row} ${classes.header}`}>
      {columns.map((name, index) => (
        <Text
          key={`${name}${index}`}
          role="columnheader"
          size="xs"
          fw={600}
          c="dimmed"
          style={{ whiteSpace: 'nowrap' }}
        >
          {name}
          {name === 'Margin' && <HelpHint of="pair_margin" label="the margin" />}
          {name === 'Score' && <HelpHint of="score" label="the score" />}
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
  return step === undefined ? null : Math.max(0, Math.min(total - 1, current + step));
}

export function PairsTable({ pairs, total, place, onOpen }: PairsTableProps) {
  const { pair, need } = pairs;
  const scroller = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(Math.min(place, total - 1));
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

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && event.target === scroller.current) return onOpen(current);
    const next = event.ctrlKey || event.metaKey || event.altKey ? null : nextPlace(event.key, current, total);
    if (next === null) return;
    event.preventDefault();
    setCurrent(next);
    rows.scrollToIndex(next);
  };

  return (
    <Paper p={0} style={{ overflow: 'hidden' }}>
      <Box
        ref={scroller}
        className={classes.scroller ?? ''}
        tabIndex={0}
        aria-label="Pairs: arrow keys move, Enter opens"
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
                <PairListRow place={index} pair={pair(index)} current={index === current} onOpen={onOpen} />
              </div>
            ))}
          </div>
        </div>
      </Box>
      <Text size="xs" c="dimmed" p="xs" className="figures">
        {formatInteger(total)} {total === 1 ? 'pair' : 'pairs'} · margin in standard deviations of the round’s scores
      </Text>
    </Paper>
  );
}
