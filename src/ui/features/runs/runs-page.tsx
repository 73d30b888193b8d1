/** All runs of this browser: filter, sort, open, rename, begin another like one, compare, delete. */
import { Button, Group, Paper, Select, Stack, Table, Text, TextInput, Title, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { isActive } from '../../../protocol/status';
import type { RunState } from '../../../protocol/studio';
import { hashOf } from '../../app/hash-location';
import { useCommands, useStudio } from '../../app/studio-context';
import { HelpHint } from '../../primitives/help-hint';
import { PlusIcon } from '../../primitives/icons';
import { useNow } from '../../primitives/use-now';
import { DemoOffers } from '../demo/demo-offers';
import { LoopPicture } from '../demo/loop-picture';
import { sortRuns, type SortKey } from './run-results';
import { RunRow } from './run-row';

const MOST_COMPARED = 4;
const sorts: readonly { value: SortKey; label: string }[] = [
  { value: 'activity', label: 'Last activity' },
  { value: 'name', label: 'Name' },
  { value: 'winRate', label: 'Best win rate' },
  { value: 'size', label: 'Size' },
];

function NewRunButton() {
  return (
    <Button component="a" href={hashOf({ page: 'setup' })} leftSection={<PlusIcon size={14} />}>
      New run
    </Button>
  );
}

/** The loop in one picture and the demo, for who has not run anything yet. */
function NoRuns() {
  const loaded = useStudio((state) => state.loaded);
  if (!loaded) return <Text c="dimmed">Loading…</Text>;
  return (
    <Stack gap="lg" maw={1040} data-testid="no-runs">
      <Text c="dimmed" maw={760}>
        No runs yet. A run aligns a model in this loop; it is kept in this browser with its adapters, pairs and curves,
        also when the browser is closed in the middle of one.
      </Text>
      <Paper p="lg">
        <LoopPicture />
      </Paper>
      <DemoOffers />
    </Stack>
  );
}

interface ChosenActionsProps {
  chosen: readonly RunState[];
  onDone(): void;
}

function ChosenActions({ chosen, onDone }: ChosenActionsProps) {
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
          for (const { id } of idle) void commands.attempt(() => commands.deleteRun(id));
        }}
      >
        Delete
      </Button>
    </Group>
  );
}

function RunTable({ runs }: { runs: readonly RunState[] }) {
  const now = useNow();
  const [filter, setFilter] = useState('');
  const [sort, setSort] = useState<SortKey>('activity');
  const [chosenIds, setChosenIds] = useState<ReadonlySet<string>>(new Set());
  const shown = sortRuns(runs, sort).filter(({ name }) => name.toLowerCase().includes(filter.trim().toLowerCase()));
  const chosen = runs.filter(({ id }) => chosenIds.has(id));
  const choose = (id: string, isChosen: boolean) => {
    const next = new Set(chosenIds);
    if (isChosen) next.add(id);
    else next.delete(id);
    setChosenIds(next);
  };
  return (
    <>
      <Group justify="space-between" mih={36}>
        <Group gap="xs">
          <TextInput
            size="xs"
            w={220}
            placeholder="Find a run by its name"
            aria-label="Find a run by its name"
            value={filter}
            onChange={(event) => setFilter(event.currentTarget.value)}
          />
          <Select
            size="xs"
            w={160}
            aria-label="Sort by"
            data={[...sorts]}
            value={sort}
            allowDeselect={false}
            onChange={(value) => setSort(sorts.find((one) => one.value === value)?.value ?? 'activity')}
          />
        </Group>
        {chosen.length > 0 && <ChosenActions chosen={chosen} onDone={() => setChosenIds(new Set())} />}
      </Group>
      <Paper p={0}>
        <Table.ScrollContainer minWidth={760}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={36}>
                  <VisuallyHidden>Choose</VisuallyHidden>
                </Table.Th>
                <Table.Th>Run</Table.Th>
                <Table.Th>Progress</Table.Th>
                <Table.Th>
                  Best win rate against SFT <HelpHint of="win_rate" label="the win rate" />
                  <Text size="xs" c="dimmed" fw={400}>
                    and its gold score <HelpHint of="gold" label="the gold score" />
                  </Text>
                </Table.Th>
                <Table.Th>Last activity</Table.Th>
                <Table.Th ta="right">Outputs</Table.Th>
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((run) => (
                <RunRow
                  key={run.id}
                  run={run}
                  now={now}
                  chosen={chosenIds.has(run.id)}
                  onChoose={(isChosen) => choose(run.id, isChosen)}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        {shown.length === 0 && (
          <Text c="dimmed" size="sm" p="md">
            No run has “{filter.trim()}” in its name.
          </Text>
        )}
      </Paper>
    </>
  );
}

export function RunsPage() {
  const runs = useStudio((state) => state.runs);
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          Runs
        </Title>
        <NewRunButton />
      </Group>
      {runs.length === 0 ? <NoRuns /> : <RunTable runs={runs} />}
    </Stack>
  );
}
