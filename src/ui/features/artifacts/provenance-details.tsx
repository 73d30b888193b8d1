/** Where one result of a run comes from: the stage that made it, its content hash, and the hashes of what went into it. */
import { Anchor, Group, Loader, Stack, Table, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Provenance } from '../../../protocol/provenance';
import type { RunState } from '../../../protocol/run-state';
import { hashOf } from '../../app/hash-location';
import { useCommands, useStudio } from '../../app/studio-context';
import { FactList } from '../../primitives/fact-list';
import { formatDate, formatSeconds } from '../../primitives/format';
import { stageTitle } from '../../primitives/stage-title';
import { ContentHash } from './content-hash';
import { inputName, inputRole } from './input-names';

/** undefined while it is asked for, null when it cannot be told. */
function useProvenance(runId: string, path: string): Provenance | null | undefined {
  const commands = useCommands();
  const [provenance, setProvenance] = useState<Provenance | null>();
  useEffect(() => {
    let current = true;
    const ask = commands.attempt(() => commands.getProvenance(runId, path));
    void ask.then((found) => current && setProvenance(found ?? null));
    return () => void (current = false);
  }, [commands, runId, path]);
  return provenance;
}

function Inputs({ inputs, of }: { inputs: Provenance['inputs']; of: string }) {
  const items = useStudio(
    useShallow(({ models, datasets, importedAdapters }) => [...models, ...datasets, ...importedAdapters]),
  );
  return (
    <Table fz="xs" verticalSpacing={2} aria-label={`What ${of} was made from`} w="auto">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Made from</Table.Th>
          <Table.Th>Name</Table.Th>
          <Table.Th>Content hash</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {inputs.map((input) => (
          <Table.Tr key={input.role} data-testid="provenance-input">
            <Table.Td>{inputRole(input.role)}</Table.Td>
            <Table.Td className="verbatim">{inputName(input, items) ?? '–'}</Table.Td>
            <Table.Td>
              <ContentHash hash={input.contentHash} of={`${inputRole(input.role)} of ${of}`} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** @param name of the result, as the table has it */
export function ProvenanceDetails({ run, path, name }: { run: RunState; path: string; name: string }) {
  const provenance = useProvenance(run.id, path);
  if (provenance === undefined) return <Loader size="xs" aria-label={`Asking where ${name} comes from`} />;
  if (provenance === null)
    return (
      <Text size="sm" c="dimmed">
        Where this comes from is not recorded.
      </Text>
    );
  const { stage, contentHash, inputs, reused } = provenance;
  const { finishedAt, seconds } = reused?.from ?? provenance;
  const maker = reused === null ? run : reused.from && { id: reused.from.runId, name: reused.from.name };
  return (
    <Stack gap="xs" data-testid="provenance">
      <Group gap="lg" align="flex-start">
        <FactList
          facts={[
            ['Made by stage', stageTitle(stage)],
            ...(maker
              ? ([
                  ['Finished', formatDate(finishedAt)],
                  ['Work', formatSeconds(seconds)],
                ] as const)
              : []),
            ...(reused ? ([['Reused by this run', formatDate(provenance.finishedAt)]] as const) : []),
          ]}
        />
        <div>
          <Text size="xs" c="dimmed">
            Content hash of the stage’s result (SHA-256)
          </Text>
          <ContentHash hash={contentHash} of={name} />
        </div>
        <div>
          <Text size="xs" c="dimmed">
            {reused ? 'Computed by the earlier run' : 'Run'}
          </Text>
          {maker ? (
            <Anchor size="sm" href={hashOf({ page: 'run', runId: maker.id, tab: 'progress' })}>
              {maker.name}
            </Anchor>
          ) : (
            <Text size="sm">one that was deleted</Text>
          )}
        </div>
      </Group>
      <Inputs inputs={inputs} of={name} />
    </Stack>
  );
}
