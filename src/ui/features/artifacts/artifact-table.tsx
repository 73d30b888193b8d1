/** The table of what is stored: what it is, whose it is, how large, and what can be done with it. */
import { Anchor, Button, Group, Paper, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useId } from 'react';
import { hashOf } from '../../app/hash-location';
import { formatBytes, formatInteger } from '../../primitives/format';
import type { ArtifactGroup } from './artifact-order';
import { artifactKinds, type ArtifactRow } from './artifact-rows';
import { ContentHash } from './content-hash';
import { DeleteItem } from './delete-item';
import { DeleteResult } from './delete-result';
import { ExportArtifact } from './export-artifact';
import { LibraryDetails } from './library-details';
import { ProvenanceDetails } from './provenance-details';

const COLUMNS = 5;

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

function Actions({
  row,
  opened,
  toggle,
  details,
}: {
  row: ArtifactRow;
  opened: boolean;
  toggle: () => void;
  details: string;
}) {
  const { deletable, runs, name } = row;
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      <Button
        size="compact-sm"
        variant="default"
        onClick={toggle}
        aria-expanded={opened}
        aria-controls={details}
        aria-label={`${opened ? 'Hide' : 'Show'} where ${name} comes from`}
        data-testid="toggle-provenance"
      >
        {opened ? 'Hide' : 'Show'}
      </Button>
      <ExportArtifact row={row} />
      {deletable !== null && (
        <DeleteItem
          item={{ ...deletable, name }}
          users={runs}
          label="Delete"
          ariaLabel={`Delete ${name}`}
          size="compact-sm"
          testId="delete-artifact"
        />
      )}
      <DeleteResult row={row} />
    </Group>
  );
}

function Size({ row: { bytes, count, sharedWith } }: { row: ArtifactRow }) {
  return (
    <>
      {bytes === null ? '–' : formatBytes(bytes)}
      {count !== null && (
        <Text size="xs" c="dimmed">
          {formatInteger(count)} {count === 1 ? 'row' : 'rows'}
        </Text>
      )}
      {sharedWith.length > 0 && (
        <Tooltip
          label={`The same result, stored once, is also of ${sharedWith.map(({ name }) => `“${name}”`).join(', ')}.`}
          multiline
          maw={320}
        >
          <Text size="xs" c="dimmed" tabIndex={0}>
            shared
          </Text>
        </Tooltip>
      )}
    </>
  );
}

/** Where it comes from is shown below the row when it is opened. */
function Row({ row }: { row: ArtifactRow }) {
  const [opened, { toggle }] = useDisclosure(false);
  const { name, kind, hash, paths, deletable } = row;
  const [run] = row.runs;
  const [path] = paths;
  const details = useId();
  return (
    <>
      <Table.Tr data-testid="artifact-row" data-kind={kind}>
        <Table.Td>
          <Text size="sm" fw={500} className="verbatim">
            {name}
          </Text>
          <Text size="xs" c="dimmed">
            {artifactKinds[kind]}
          </Text>
        </Table.Td>
        <Table.Td>
          <Runs row={row} />
        </Table.Td>
        <Table.Td>{hash === null ? '–' : <ContentHash hash={hash} of={name} />}</Table.Td>
        <Table.Td ta="right" className="figures" style={{ whiteSpace: 'nowrap' }}>
          <Size row={row} />
        </Table.Td>
        <Table.Td ta="right">
          <Actions row={row} opened={opened} toggle={toggle} details={details} />
        </Table.Td>
      </Table.Tr>
      {opened && (
        <Table.Tr id={details}>
          <Table.Td colSpan={COLUMNS}>
            {deletable !== null && <LibraryDetails row={row} />}
            {deletable === null && run && path !== undefined && <ProvenanceDetails run={run} path={path} name={name} />}
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

function GroupRows({ group: { title, rows } }: { group: ArtifactGroup }) {
  return (
    <Table.Tbody>
      {title !== null && (
        <Table.Tr data-testid="artifact-group" bg="var(--mantine-color-default-hover)">
          <Table.Th colSpan={COLUMNS} scope="rowgroup" className="verbatim">
            {title}
          </Table.Th>
        </Table.Tr>
      )}
      {rows.map((row) => (
        <Row key={row.key} row={row} />
      ))}
    </Table.Tbody>
  );
}

export function ArtifactTable({ groups }: { groups: readonly ArtifactGroup[] }) {
  return (
    <Paper p={0}>
      <Table.ScrollContainer minWidth={700}>
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name and kind</Table.Th>
              <Table.Th>Made or used by</Table.Th>
              <Table.Th>Content hash</Table.Th>
              <Table.Th ta="right">Size</Table.Th>
              <Table.Th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          {groups.map((group) => (
            <GroupRows key={group.key} group={group} />
          ))}
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
