/** The stored runs: found, sorted and chosen; as a table, or as cards where the window is narrow. */
import { Button, Checkbox, Group, Paper, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import type { RunState } from '../../../protocol/run-state';
import { useStudio } from '../../app/studio-context';
import { HelpHint } from '../../primitives/help-hint';
import { useNow } from '../../primitives/use-now';
import { RunCard, RunRow, type ListedRunProps } from './run-row';
import { filterRuns, resultUses, runSize, sortRuns, type RunFilter, type RunOrder } from './run-results';
import { ChosenActions, RunsToolbar } from './runs-toolbar';
import { SortHeader } from './sort-header';

/** Wide enough for the table beside the navigation. */
const WIDE = '(min-width: 62em)';
const all: RunFilter = { text: '', status: null };

/** What a run is found by. */
function useNamesOf(): (run: RunState) => string[] {
  const models = useStudio((state) => state.models);
  const datasets = useStudio((state) => state.datasets);
  return useMemo(() => {
    const names = new Map([...models, ...datasets].map(({ id, name }) => [id, name]));
    return ({ name, modelId, datasetId }) => [name, names.get(modelId) ?? '', names.get(datasetId) ?? ''];
  }, [models, datasets]);
}

interface RunTableProps {
  listed: readonly ListedRunProps[];
  order: RunOrder;
  onSort(order: RunOrder): void;
  onChooseAll(chosen: boolean): void;
}

const winRateHelp = <HelpHint of="win_rate" label="the win rate" />;
const goldNote = (
  <Text size="xs" c="dimmed" fw={400} style={{ whiteSpace: 'nowrap' }}>
    against SFT; gold score <HelpHint of="gold" label="the gold score" />
  </Text>
);

function RunTable({ listed, order, onSort, onChooseAll }: RunTableProps) {
  const chosen = listed.filter((props) => props.chosen).length;
  const sort = { order, onSort };
  return (
    <Paper p={0}>
      <Table.ScrollContainer minWidth={680}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={32}>
                <Checkbox
                  size="xs"
                  aria-label="Choose all runs shown"
                  checked={chosen > 0 && chosen === listed.length}
                  indeterminate={chosen > 0 && chosen < listed.length}
                  onChange={(event) => onChooseAll(event.currentTarget.checked)}
                />
              </Table.Th>
              <SortHeader of="name" {...sort}>
                Run
              </SortHeader>
              <Table.Th w={{ base: 118, lg: 200 }}>Progress</Table.Th>
              <SortHeader of="winRate" narrow help={winRateHelp} note={goldNote} {...sort}>
                Best win rate
              </SortHeader>
              <SortHeader of="activity" narrow {...sort}>
                Activity
              </SortHeader>
              <SortHeader of="size" right narrow {...sort}>
                Size
              </SortHeader>
              <Table.Th w={1}>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {listed.map((props) => (
              <RunRow key={props.run.id} {...props} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function NothingFound({ onShowAll }: { onShowAll(): void }) {
  return (
    <Paper>
      <Group gap="sm">
        <Text c="dimmed" size="sm">
          No run is like that.
        </Text>
        <Button variant="default" size="compact-sm" onClick={onShowAll}>
          Show all runs
        </Button>
      </Group>
    </Paper>
  );
}

export function RunsList({ runs }: { runs: readonly RunState[] }) {
  const now = useNow();
  const wide = useMediaQuery(WIDE, undefined, { getInitialValueInEffect: false });
  const namesOf = useNamesOf();
  const [filter, setFilter] = useState(all);
  const [order, setOrder] = useState<RunOrder>({ key: 'activity', reversed: false });
  const [chosenIds, setChosenIds] = useState<ReadonlySet<string>>(new Set());
  const uses = resultUses(runs);
  const shown = filterRuns(sortRuns(runs, order), filter, namesOf);
  const chosen = runs.filter(({ id }) => chosenIds.has(id));
  const choose = (ids: readonly string[], isChosen: boolean) => {
    const next = new Set(chosenIds);
    for (const id of ids) {
      if (isChosen) next.add(id);
      else next.delete(id);
    }
    setChosenIds(next);
  };
  const listed = shown.map((run) => ({
    ...{ run, now, size: runSize(run, uses), chosen: chosenIds.has(run.id) },
    onChoose: (isChosen: boolean) => choose([run.id], isChosen),
  }));
  const sort = { order, onSort: setOrder };
  return (
    <>
      <Group justify="space-between" mih={36}>
        <RunsToolbar filter={filter} onFilter={setFilter} withOrder={!wide} {...sort} />
        {chosen.length > 0 && <ChosenActions chosen={chosen} onDone={() => setChosenIds(new Set())} />}
      </Group>
      {shown.length === 0 && <NothingFound onShowAll={() => setFilter(all)} />}
      {shown.length > 0 && wide && (
        <RunTable
          listed={listed}
          {...sort}
          onChooseAll={(isChosen) =>
            choose(
              shown.map(({ id }) => id),
              isChosen,
            )
          }
        />
      )}
      {shown.length > 0 && !wide && (
        <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
          {listed.map((props) => (
            <RunCard key={props.run.id} {...props} />
          ))}
        </Stack>
      )}
    </>
  );
}
