/** The table of what is stored: what it is, whose it is, how large, and what can be done with it. */
import { Anchor, Button, Code, Group, Paper, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { hashOf } from '../../app/hash-location';
import { formatBytes } from '../../primitives/format';
import { artifactKinds, type ArtifactRow } from './artifact-rows';
import { DeleteItem } from './delete-item';

const SHORT_HASH = 10;

function Runs({ row }: { row: ArtifactRow }) {
  if (row.runs.length === 0)
    return (
      <Text size="sm" c="dimmed">
        no run
      </Text>
    );
  return (
    <Group gap={8}>
      {row.runs.map(({ id, name }) => (
        <Anchor key={id} size="sm" href={hashOf({ page: 'run', runId: id, tab: 'progress' })}>
          {name}
        </Anchor>
      ))}
    </Group>
  );
}

function Actions({ row: { deletable, runs, name } }: { row: ArtifactRow }) {
  if (deletable !== null)
    return (
      <DeleteItem
        item={{ ...deletable, name }}
        users={runs}
        label="Delete"
        ariaLabel={`Delete ${name}`}
        size="compact-sm"
        testId="delete-artifact"
      />
    );
  const [run] = runs;
  return run ? (
    <Button
      component="a"
      size="compact-sm"
      variant="subtle"
      href={hashOf({ page: 'run', runId: run.id, tab: 'outputs' })}
    >
      Export
    </Button>
  ) : null;
}

export function ArtifactTable({ rows }: { rows: readonly ArtifactRow[] }) {
  return (
    <Paper p={0}>
      <Table.ScrollContainer minWidth={720}>
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Kind</Table.Th>
              <Table.Th>Made or used by</Table.Th>
              <Table.Th>Content hash</Table.Th>
              <Table.Th ta="right">Size</Table.Th>
              <Table.Th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.key} data-testid="artifact-row" data-kind={row.kind}>
                <Table.Td className="verbatim" fw={500}>
                  {row.name}
                </Table.Td>
                <Table.Td>{artifactKinds[row.kind]}</Table.Td>
                <Table.Td>
                  <Runs row={row} />
                </Table.Td>
                <Table.Td>
                  {row.hash === null ? (
                    <Text size="xs" c="dimmed">
                      in run.json
                    </Text>
                  ) : (
                    <Tooltip label={row.hash}>
                      <Code tabIndex={0}>{row.hash.slice(0, SHORT_HASH)}</Code>
                    </Tooltip>
                  )}
                </Table.Td>
                <Table.Td ta="right" className="figures">
                  {row.bytes === null ? '–' : formatBytes(row.bytes)}
                </Table.Td>
                <Table.Td ta="right">
                  <Actions row={row} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
