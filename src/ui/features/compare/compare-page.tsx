/** Some runs side by side: where their recipes differ, and how good each round is. */
import { Anchor, Button, Paper, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RunState } from '../../../protocol/studio';
import { hashOf } from '../../app/hash-location';
import { useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { formatDate, formatSeconds } from '../../primitives/format';
import { StatusBadge } from '../../primitives/run-status';
import { fieldTexts } from '../setup/recipe-fields';
import { recipeDifferences } from './recipe-differences';
import { lines } from './run-lines';
import { measures, runSeries, type Measure } from './run-series';
import { SeriesChart } from './series-chart';

const work = ({ stages }: RunState): number => stages.reduce((sum, { seconds }) => sum + seconds, 0);

function Heads({ runs }: { runs: readonly RunState[] }) {
  return (
    <Table.Thead>
      <Table.Tr>
        <Table.Th w={200}>Setting</Table.Th>
        {runs.map((run, i) => (
          <Table.Th key={run.id}>
            <span aria-hidden style={{ color: lines[i]?.color }}>
              ●{' '}
            </span>
            <Anchor href={hashOf({ page: 'run', runId: run.id, tab: 'progress' })} size="sm" fw={600}>
              {run.name}
            </Anchor>
          </Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
  );
}

function Differences({ runs }: { runs: readonly RunState[] }) {
  const models = useStudio((state) => state.models);
  const datasets = useStudio((state) => state.datasets);
  const nameOf = (items: readonly { id: string; name: string }[], id: string) =>
    items.find((item) => item.id === id)?.name ?? 'deleted';
  const rows: [string, ReactNode[]][] = [
    ['Status', runs.map(({ id, status }) => <StatusBadge key={id} status={status} />)],
    ['Model', runs.map(({ modelId }) => nameOf(models, modelId))],
    ['Data', runs.map(({ datasetId }) => nameOf(datasets, datasetId))],
    ['Started', runs.map(({ createdAt }) => formatDate(createdAt))],
    ['Work', runs.map((run) => formatSeconds(work(run)))],
    ...recipeDifferences(runs.map(({ recipe }) => recipe)).map(({ field, values }): [string, string[]] => [
      fieldTexts[field].label,
      values,
    ]),
  ];
  return (
    <Paper p={0}>
      <Table.ScrollContainer minWidth={560}>
        <Table className="figures" fz="sm" data-testid="compare-table">
          <Heads runs={runs} />
          <Table.Tbody>
            {rows.map(([label, values]) => (
              <Table.Tr key={label}>
                <Table.Th scope="row">{label}</Table.Th>
                {values.map((value, i) => (
                  <Table.Td key={runs[i]?.id}>{value}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

export function ComparePage({ runIds }: { runIds: readonly string[] }) {
  const all = useStudio((state) => state.runs);
  const runs = runIds.flatMap((id) => all.find((run) => run.id === id) ?? []);
  if (runs.length < 2) {
    return (
      <EmptyState
        title="Nothing to compare"
        action={
          <Button component="a" href={hashOf({ page: 'runs' })} variant="default" size="xs">
            Choose runs
          </Button>
        }
      >
        Choose two to four runs in the list. Runs of this address may have been deleted.
      </EmptyState>
    );
  }
  const names = runs.map(({ name }, i) =>
    runs.some((run, j) => j !== i && run.name === name) ? `${name} (${i + 1})` : name,
  );
  const shown = (Object.keys(measures) as Measure[])
    .map((measure) => ({ measure, rows: runSeries(runs, measure) }))
    .filter(({ rows }) => rows.length > 0);
  return (
    <Stack data-testid="compare-page">
      <Title order={1} size="h2">
        Compare runs
      </Title>
      <Text size="sm" c="dimmed">
        Only settings that differ are listed. Figures are comparable where model, data and seed are the same.
      </Text>
      <Differences runs={runs} />
      {shown.length === 0 ? (
        <Text c="dimmed">None of these runs has been evaluated yet.</Text>
      ) : (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
          {shown.map(({ measure, rows }) => (
            <SeriesChart key={measure} measure={measure} rows={rows} names={names} />
          ))}
        </SimpleGrid>
      )}
    </Stack>
  );
}
