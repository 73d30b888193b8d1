/** The head of a column that sorts by it; pressed again, the other way. */
import { Group, Table, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { ChevronIcon } from '../../primitives/icons';
import type { RunOrder, SortKey } from './run-results';

interface SortHeaderProps {
  of: SortKey;
  order: RunOrder;
  onSort(order: RunOrder): void;
  /** Figures stand at the right, and the sign of the order before their head. */
  right?: boolean;
  /** Takes no more room than its cells. */
  narrow?: boolean;
  /** Beside the button. */
  help?: ReactNode;
  /** Below it. */
  note?: ReactNode;
  children: ReactNode;
}

/** Names rise unless they are reversed, all else falls. */
const isRising = ({ key, reversed }: RunOrder) => (key === 'name') !== reversed;

export function SortHeader({
  of,
  order,
  onSort,
  right = false,
  narrow = false,
  help,
  note,
  children,
}: SortHeaderProps) {
  const sorted = order.key === of;
  const direction = isRising(order) ? 'ascending' : 'descending';
  const sign = (
    <span
      style={{
        display: 'inline-flex',
        visibility: sorted ? 'visible' : 'hidden',
        transform: `rotate(${isRising(order) ? -90 : 90}deg)`,
      }}
    >
      <ChevronIcon size={12} />
    </span>
  );
  return (
    <Table.Th aria-sort={sorted ? direction : 'none'} ta={right ? 'right' : undefined} w={narrow ? 1 : undefined}>
      <Group gap={2} wrap="nowrap" justify={right ? 'flex-end' : 'flex-start'}>
        <UnstyledButton
          fz="inherit"
          fw="inherit"
          onClick={() => onSort({ key: of, reversed: sorted && !order.reversed })}
          data-testid={`sort-${of}`}
        >
          <Group gap={4} wrap="nowrap">
            {right && sign}
            <span style={{ whiteSpace: narrow ? 'nowrap' : undefined }}>{children}</span>
            {!right && sign}
          </Group>
        </UnstyledButton>
        {help}
      </Group>
      {note}
    </Table.Th>
  );
}
