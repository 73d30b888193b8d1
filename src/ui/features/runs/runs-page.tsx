/** All runs of this browser, those in progress, finished, failed and interrupted. */
import { Anchor, Button, Group, Paper, Progress, Stack, Table, Text, Title } from '@mantine/core';
import type { RunState } from '../../../protocol/studio';
import { hashOf } from '../../app/hash-location';
import { useCommands, useStudio } from '../../app/studio-context';
import { ConfirmButton } from '../../primitives/confirm-button';
import { EmptyState } from '../../primitives/empty-state';
import { formatDate } from '../../primitives/format';
import { PlusIcon, TrashIcon } from '../../primitives/icons';
import { StatusBadge } from '../../primitives/run-status';
import { ContinueButton } from '../run/run-controls';

const isActive = ({ status }: RunState) => status === 'running' || status === 'paused';

function DeleteButton({ run }: { run: RunState }) {
  const commands = useCommands();
  return (
    <ConfirmButton
      label="Delete"
      ariaLabel={`Delete ${run.name}`}
      question={`Delete “${run.name}”?`}
      consequence="Its adapters, synthetic pairs, curves and evaluation are removed from this browser for good. Files that were downloaded stay."
      confirmLabel="Delete the run"
      onConfirm={() => void commands.attempt(() => commands.deleteRun(run.id))}
      variant="subtle"
      color="gray"
      size="xs"
      leftSection={<TrashIcon size={14} />}
      disabled={isActive(run)}
      testId="delete-run"
    />
  );
}

function StagesCell({ run }: { run: RunState }) {
  const finished = run.stages.filter(({ status }) => status === 'done' || status === 'skipped').length;
  const percent = run.stages.length > 0 ? (100 * finished) / run.stages.length : 0;
  return (
    <Stack gap={4} miw={110}>
      <Text size="xs" c="dimmed" className="figures">
        {finished} of {run.stages.length} stages
      </Text>
      <Progress value={percent} size="xs" aria-label={`Stages of ${run.name}`} />
    </Stack>
  );
}

function RunRow({ run }: { run: RunState }) {
  const modelName = useStudio((state) => state.models.find(({ id }) => id === run.modelId)?.name);
  const datasetName = useStudio((state) => state.datasets.find(({ id }) => id === run.datasetId)?.name);
  const canContinue = !isActive(run) && run.status !== 'finished';
  return (
    <Table.Tr data-testid="run-row" data-run={run.id}>
      <Table.Td>
        <Anchor href={hashOf({ page: 'run', runId: run.id, tab: 'progress' })} fw={600} size="sm">
          {run.name}
        </Anchor>
        <Text size="xs" c="dimmed">
          {formatDate(run.createdAt)}
        </Text>
      </Table.Td>
      <Table.Td>
        <StatusBadge status={run.status} />
      </Table.Td>
      <Table.Td>
        <StagesCell run={run} />
      </Table.Td>
      <Table.Td>
        <Text size="sm">{modelName ?? 'model deleted'}</Text>
        <Text size="xs" c="dimmed" className="verbatim">
          {datasetName ?? 'data deleted'}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          {canContinue && <ContinueButton run={run} size="xs" />}
          <DeleteButton run={run} />
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function NoRuns() {
  const loaded = useStudio((state) => state.loaded);
  return (
    <EmptyState
      title={loaded ? 'No runs yet' : 'Loading…'}
      action={
        <Button component="a" href={hashOf({ page: 'setup' })} size="xs" leftSection={<PlusIcon size={14} />}>
          New run
        </Button>
      }
    >
      Runs are kept in this browser with their adapters, pairs and curves, also when it is closed in the middle of one.
    </EmptyState>
  );
}

export function RunsPage() {
  const runs = useStudio((state) => state.runs);
  return (
    <Stack>
      <Title order={2}>All runs</Title>
      {runs.length === 0 ? (
        <NoRuns />
      ) : (
        <Paper p={0}>
          <Table.ScrollContainer minWidth={640}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Run</Table.Th>
                  <Table.Th>Status</Table.Th>
                  <Table.Th>Stages</Table.Th>
                  <Table.Th>Model and data</Table.Th>
                  <Table.Th aria-label="Actions" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {runs.map((run) => (
                  <RunRow key={run.id} run={run} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Paper>
      )}
    </Stack>
  );
}
