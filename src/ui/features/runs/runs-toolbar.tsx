/** Above the list of runs: what is shown, in which order, and what can be done with the chosen ones. */
import { Button, Group, Select, Text, TextInput } from '@mantine/core';
import { isActive } from '../../../protocol/status';
import type { RunState, RunStatus } from '../../../protocol/run-state';
import { hashOf } from '../../app/hash-location';
import { useCommands } from '../../app/studio-context';
import { statusLabel } from '../../primitives/run-status';
import type { RunFilter, RunOrder, SortKey } from './run-results';

const MOST_COMPARED = 4;

const sorts: readonly { value: SortKey; label: string }[] = [
  { value: 'activity', label: 'Last activity' },
  { value: 'name', label: 'Name' },
  { value: 'winRate', label: 'Best win rate' },
  { value: 'size', label: 'Size' },
];

const ANY = 'any';
const statuses: readonly RunStatus[] = ['running', 'paused', 'interrupted', 'failed', 'cancelled', 'finished'];

interface RunsToolbarProps {
  filter: RunFilter;
  onFilter(filter: RunFilter): void;
  order: RunOrder;
  onSort(order: RunOrder): void;
  /** Where the columns have no heads to press. */
  withOrder: boolean;
}

export function RunsToolbar({ filter, onFilter, order, onSort, withOrder }: RunsToolbarProps) {
  return (
    <Group gap="xs">
      <TextInput
        size="xs"
        w={240}
        placeholder="Find by name, model or data"
        aria-label="Find runs by name, model or data"
        value={filter.text}
        onChange={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
        data-testid="find-runs"
      />
      <Select
        size="xs"
        w={140}
        aria-label="Status"
        data={[{ value: ANY, label: 'Any status' }, ...statuses.map((value) => ({ value, label: statusLabel(value) }))]}
        value={filter.status ?? ANY}
        allowDeselect={false}
        onChange={(value) => onFilter({ ...filter, status: statuses.find((one) => one === value) ?? null })}
        data-testid="filter-status"
      />
      {withOrder && (
        <Select
          size="xs"
          w={140}
          aria-label="Sort by"
          data={[...sorts]}
          value={order.key}
          allowDeselect={false}
          onChange={(value) =>
            onSort({ key: sorts.find((one) => one.value === value)?.value ?? 'activity', reversed: false })
          }
        />
      )}
    </Group>
  );
}

interface ChosenActionsProps {
  chosen: readonly RunState[];
  onDone(): void;
}

export function ChosenActions({ chosen, onDone }: ChosenActionsProps) {
  const commands = useCommands();
  const idle = chosen.filter((run) => !isActive(run));
  const comparable = chosen.length >= 2 && chosen.length <= MOST_COMPARED;
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed" className="figures">
        {chosen.length} chosen
      </Text>
      <Button
        component="a"
        href={comparable ? hashOf({ page: 'compare', runIds: chosen.map(({ id }) => id) }) : undefined}
        variant="default"
        size="xs"
        disabled={!comparable}
        title={comparable ? undefined : `Choose 2 to ${MOST_COMPARED} runs`}
        data-testid="compare-runs"
      >
        Compare
      </Button>
      <Button
        variant="default"
        size="xs"
        disabled={idle.length === 0}
        onClick={() => {
          onDone();
          void commands.attempt(() => commands.deleteRuns(idle.map(({ id }) => id)));
        }}
        data-testid="delete-runs"
      >
        Delete
      </Button>
    </Group>
  );
}
