/** Some runs side by side: where their recipes differ, how good each round is, and how they trained. */
import { Anchor, Button, Paper, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RunState } from '../../../protocol/run-state';
import { hashOf } from '../../app/hash-location';
import { useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { formatDate, formatSeconds } from '../../primitives/format';
import { StatusBadge } from '../../primitives/run-status';
import { LegendMark } from '../../charts/legend-mark';
import { fieldTexts, groupTitle } from '../setup/recipe-fields';
import { recipeDifferences } from './recipe-differences';
import { distinctNames, runLine } from './run-lines';
import { measures, runSeries, type Measure } from './run-series';
import { SeriesChart } from './series-chart';
import { StageCurves } from './stage-curves';

const work = ({ stages }: RunState): number => stages.reduce((sum, { seconds }) => sum + seconds, 0);

function Heads({ runs }: { runs: readonly RunState[] }) {
  return (
    <Table.Thead>
      <Table.Tr>
        <Table.Th w={{ base: 120, sm: 200 }}>Setting</Table.Th>
        {runs.map((run, i) => (
          <Table.Th key={run.id}>
            <span style={{ marginRight: 6 }}>
              <LegendMark {...runLine(i)} />
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

/** A fact of each run; settings of the same name stand in different groups of the recipe. */
interface Row {
  key: string;
  label: string;
  group: string | null;
  values: ReactNode[];
}

function Differences({ runs }: { runs: readonly RunState[] }) {
  const models = useStudio((state) => state.models);
  const datasets = useStudio((state) => state.datasets);
  const row = (label: string, value: (run: RunState) => ReactNode): Row => ({
    ...{ key: label, label, group: null },
    values: runs.map(value),
  });
  const nameOf = (items: readonly { id: string; name: string }[], id: string) =>
    items.find((item) => item.id === id)?.name ?? 'deleted';
  const rows: Row[] = [
    row('Status', (run) => <StatusBadge status={run.status} />),
    row('Model', ({ modelId }) => nameOf(models, modelId)),
    row('Data', ({ datasetId }) => nameOf(datasets, datasetId)),
    row('Started', ({ createdAt }) => formatDate(createdAt)),
    row('Work', (run) => formatSeconds(work(run))),
    ...recipeDifferences(runs.map(({ recipe }) => recipe)).map(({ field, values }) => ({
      ...{ key: field, label: fieldTexts[field].label, group: groupTitle(field), values },
    })),
  ];
  return (
    <Paper p={0}>
      <Table.ScrollContainer minWidth={160 + 140 * runs.length}>
        <Table className="figures" fz="sm" data-testid="compare-table">
          <Heads runs={runs} />
          <Table.Tbody>
            {rows.map(({ key, label, group, values }) => (
              <Table.Tr key={key}>
                <Table.Th scope="row">
                  {label}
                  {group !== null && (
                    <Text size="xs" c="dimmed" fw={400}>
                      {group}
                    </Text>
                  )}
                </Table.Th>
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

function Rounds({ runs, names }: { runs: readonly RunState[]; names: readonly string[] }) {
  const shown = (Object.keys(measures) as Measure[])
    .map((measure) => ({ measure, rows: runSeries(runs, measure) }))
    .filter(({ rows }) => rows.length > 0);
  return (
    <Stack component="section" aria-label="Evaluation by round">
      <Title order={2} size="h4">
        Evaluation by round
      </Title>
      {shown.length === 0 ? (
        <Text c="dimmed">None of these runs has been evaluated yet.</Text>
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          {shown.map(({ measure, rows }) => (
            <SeriesChart key={measure} measure={measure} rows={rows} names={names} />
          ))}
        </SimpleGrid>
      )}
    </Stack>
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
  const names = distinctNames(runs);
  return (
    <Stack data-testid="compare-page">
      <Title order={1} size="h2">
        Compare runs
      </Title>
      <Text size="sm" c="dimmed">
        Only settings that differ are listed. Figures are comparable where model, data and seed are the same.
      </Text>
      <Differences runs={runs} />
      <Rounds runs={runs} names={names} />
      <StageCurves key={runIds.join()} runs={runs} names={names} />
    </Stack>
  );
}
