/** The table of what is stored: what it is, whose it is, how large, and what can be done with it. */
import { Anchor, Button, Group, Paper, Table, Text, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useId } from 'react';
import { hashOf } from '../../app/hash-location';
import { formatBytes, formatInteger } from '../../primitives/format';
import { artifactKinds, type ArtifactRow } from './artifact-rows';
import { ContentHash } from './content-hash';
import { DeleteItem } from './delete-item';
import { ProvenanceDetails } from './provenance-details';

const COLUMNS = 6;

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

function Size({ row: { bytes, count } }: { row: ArtifactRow }) {
  return (
    <>
      {bytes === null ? '–' : formatBytes(bytes)}
      {count !== null && (
        <Text size="xs" c="dimmed">
          {formatInteger(count)} {count === 1 ? 'row' : 'rows'}
        </Text>
      )}
    </>
  );
}

/** Of what a run made, the hashes are shown below the row when it is opened. */
function Row({ row }: { row: ArtifactRow }) {
  const [opened, { toggle }] = useDisclosure(false);
  const { name, kind, hash, path } = row;
  const [run] = row.runs;
  const details = useId();
  return (
    <>
      <Table.Tr data-testid="artifact-row" data-kind={kind}>
        <Table.Td className="verbatim" fw={500}>
          {name}
        </Table.Td>
        <Table.Td>{artifactKinds[kind]}</Table.Td>
        <Table.Td>
          <Runs row={row} />
        </Table.Td>
        <Table.Td>
          {hash === null ? (
            <Button
              size="compact-xs"
              variant="default"
              onClick={toggle}
              aria-expanded={opened}
              aria-controls={details}
              aria-label={`${opened ? 'Hide' : 'Show'} where ${name} comes from`}
              data-testid="toggle-provenance"
            >
              {opened ? 'Hide' : 'Show'}
            </Button>
          ) : (
            <ContentHash hash={hash} of={name} />
          )}
        </Table.Td>
        <Table.Td ta="right" className="figures">
          <Size row={row} />
        </Table.Td>
        <Table.Td ta="right">
          <Actions row={row} />
        </Table.Td>
      </Table.Tr>
      {opened && run && path !== null && (
        <Table.Tr id={details}>
          <Table.Td colSpan={COLUMNS}>
            <ProvenanceDetails run={run} path={path} name={name} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
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
              <Table.Th>Content hash, origin</Table.Th>
              <Table.Th ta="right">Size</Table.Th>
              <Table.Th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Row key={row.key} row={row} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
