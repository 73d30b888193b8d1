/** What unfinished stages have kept so that they need not start again: whose it is, how far it got, its size, and deleting it. */
import { Anchor, Paper, Table, Text, Title, VisuallyHidden } from '@mantine/core';
import { isActive } from '../../../protocol/status';
import type { CheckpointSummary } from '../../../protocol/provenance';
import { hashOf } from '../../app/hash-location';
import { useCommands, useStudio } from '../../app/studio-context';
import { ConfirmButton } from '../../primitives/confirm-button';
import { formatBytes } from '../../primitives/format';
import { stageTitle } from '../../primitives/stage-title';
import { checkpointLoss, checkpointRows, type CheckpointRow } from './checkpoint-rows';

function Row({ row, onDeleted }: { row: CheckpointRow; onDeleted: () => void }) {
  const commands = useCommands();
  const { run, stage, place, bytes } = row;
  const title = `${stageTitle(stage)} of ${run.name}`;
  const remove = async () => {
    await commands.attempt(() => commands.deleteCheckpoint(run.id, stage));
    onDeleted();
  };
  return (
    <Table.Tr data-testid="checkpoint-row">
      <Table.Td>
        <Anchor size="sm" href={hashOf({ page: 'run', runId: run.id, tab: 'progress' })}>
          {run.name}
        </Anchor>
      </Table.Td>
      <Table.Td>{stageTitle(stage)}</Table.Td>
      <Table.Td className="figures">{place ?? 'cannot be read'}</Table.Td>
      <Table.Td ta="right" className="figures">
        {formatBytes(bytes)}
      </Table.Td>
      <Table.Td ta="right">
        <ConfirmButton
          size="compact-sm"
          variant="default"
          label="Delete"
          ariaLabel={`Delete the checkpoints of ${title}`}
          question={`Delete the checkpoints of ${title}?`}
          consequence={checkpointLoss(row)}
          confirmLabel="Delete"
          onConfirm={() => void remove()}
          disabled={isActive(run)}
          testId="delete-checkpoint"
        />
      </Table.Td>
    </Table.Tr>
  );
}

/** @param checkpoints null before they were told */
export function CheckpointsCard({
  checkpoints,
  onDeleted,
}: {
  checkpoints: readonly CheckpointSummary[] | null;
  onDeleted: () => void;
}) {
  const runs = useStudio((state) => state.runs);
  if (checkpoints === null) return null;
  const rows = checkpointRows(checkpoints, runs);
  return (
    <Paper component="section" aria-label="Checkpoints" data-testid="checkpoints-card">
      <Title order={2} size="h5">
        Checkpoints
      </Title>
      <Text size="sm" c="dimmed" mb={rows.length > 0 ? 'xs' : 0}>
        {rows.length === 0
          ? 'No stage is unfinished with a checkpoint. A stage keeps its checkpoints until it has finished.'
          : 'An unfinished stage goes on from its newest checkpoint; up to two are kept, until it has finished. Those of a run in progress cannot be deleted.'}
      </Text>
      {rows.length > 0 && (
        <Table.ScrollContainer minWidth={560}>
          <Table aria-label="Checkpoints of unfinished stages">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Run</Table.Th>
                <Table.Th>Stage</Table.Th>
                <Table.Th>Step</Table.Th>
                <Table.Th ta="right">Size</Table.Th>
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Row key={`${row.runId}/${row.stage}`} row={row} onDeleted={onDeleted} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Paper>
  );
}
