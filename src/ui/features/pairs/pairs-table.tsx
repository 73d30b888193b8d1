/** A long table of pairs: only the rows in view are in the document. Rows open to show both responses in full. */
import { Alert, Box, Paper, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { EmptyState } from '../../primitives/empty-state';
import { formatInteger } from '../../primitives/format';
import { PairRow } from './pair-row';
import classes from './pairs.module.css';
import { usePairs } from './use-pairs';

const ROW_HEIGHT = 62;
const columns = ['#', 'Prompt', 'Chosen', 'Score', 'Rejected', 'Score', 'Margin', 'Used'];

/** The open rows, by index. */
function useOpenRows() {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const toggle = (index: number) =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(index)) after.add(index);
      return after;
    });
  return { isOpen: (index: number) => open.has(index), toggle };
}

function HeaderRow() {
  return (
    <div role="row" aria-rowindex={1} className={`${classes.row} ${classes.header}`}>
      {columns.map((name, index) => (
        <Text key={`${name}${index}`} role="columnheader" size="xs" fw={600} c="dimmed">
          {name}
        </Text>
      ))}
    </div>
  );
}

export function PairsTable({ runId, round, version }: { runId: string; round: number; version: string }) {
  const { total, error, pair, need } = usePairs(runId, round, version);
  const { isOpen, toggle } = useOpenRows();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: total ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const items = rows.getVirtualItems();
  const [first, last] = [items[0]?.index, items.at(-1)?.index];
  useEffect(() => {
    if (first !== undefined && last !== undefined) need(first, last);
  }, [need, first, last, version]);

  if (error)
    return (
      <Alert color="red" title="The pairs could not be read" role="alert">
        {error}
      </Alert>
    );
  if (total === 0)
    return <EmptyState title="No pairs yet">They appear as soon as the first prompt is scored.</EmptyState>;
  return (
    <Paper p={0} style={{ overflow: 'hidden' }}>
      <Box
        ref={scroller}
        className={classes.scroller}
        tabIndex={0}
        aria-label="Pairs, scrollable"
        data-testid="pairs-scroller"
      >
        <div
          role="table"
          aria-label={`Pairs of round ${round}`}
          aria-rowcount={(total ?? 0) + 1}
          data-testid="pairs"
          data-total={total ?? 0}
        >
          <HeaderRow />
          <div role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
            {items.map(({ index, key, start }) => (
              <div
                key={key}
                ref={rows.measureElement}
                data-index={index}
                className={classes.slot}
                style={{ transform: `translateY(${start}px)` }}
              >
                <PairRow index={index} pair={pair(index)} open={isOpen(index)} onToggle={() => toggle(index)} />
              </div>
            ))}
          </div>
        </div>
      </Box>
      <Text size="xs" c="dimmed" p="xs" className="figures">
        {formatInteger(total ?? 0)} pairs
      </Text>
    </Paper>
  );
}
