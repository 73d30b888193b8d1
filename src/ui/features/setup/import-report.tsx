/** What became of a data file: pairs taken, pairs dropped by reason, lines that could not be read, and examples. */
import { Alert, Collapse, Group, Stack, Table, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import type { DatasetSummary } from '../../../protocol/studio';
import { dropReasonTitle } from '../../primitives/drop-reason';
import { FactList } from '../../primitives/fact-list';
import { formatInteger } from '../../primitives/format';
import { ChevronIcon } from '../../primitives/icons';
import { promptText } from '../../primitives/prompt-text';

function Disclosure({ label, children, testId }: { label: string; children: ReactNode; testId: string }) {
  const [opened, { toggle }] = useDisclosure(false);
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={opened} data-testid={testId}>
        <Group gap={4}>
          <span style={{ display: 'inline-flex', transform: opened ? 'rotate(90deg)' : undefined }}>
            <ChevronIcon size={14} />
          </span>
          <Text size="sm">{label}</Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened}>{children}</Collapse>
    </div>
  );
}

function BadLines({ badLines, badLineCount }: DatasetSummary) {
  if (badLineCount === 0) return null;
  const shown = badLines.length < badLineCount ? ` (the first ${badLines.length} are listed)` : '';
  return (
    <Alert color="yellow" p="xs">
      <Disclosure label={`${formatInteger(badLineCount)} lines could not be used${shown}`} testId="bad-lines">
        <Table mt="xs" fz="xs" data-testid="bad-lines-table">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>File</Table.Th>
              <Table.Th>Line</Table.Th>
              <Table.Th>Problem</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {badLines.map(({ file, line, message }) => (
              <Table.Tr key={`${file}:${line}`}>
                <Table.Td className="verbatim">{file}</Table.Td>
                <Table.Td>{line}</Table.Td>
                <Table.Td className="verbatim">{message}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Disclosure>
    </Alert>
  );
}

function Examples({ examples }: DatasetSummary) {
  if (examples.length === 0) return null;
  return (
    <Disclosure label="Examples" testId="examples">
      <Stack gap="sm" mt="xs" mah={320} style={{ overflowY: 'auto' }} tabIndex={0} aria-label="Examples">
        {examples.map(({ id, prompt, chosen, rejected }) => (
          <Stack key={id} gap={2}>
            {(
              [
                ['Prompt', promptText(prompt)],
                ['Chosen', chosen],
                ['Rejected', rejected],
              ] as const
            ).map(([name, text]) => (
              <Text key={name} size="xs" className="verbatim">
                <b>{name}: </b>
                {text.trim()}
              </Text>
            ))}
          </Stack>
        ))}
      </Stack>
    </Disclosure>
  );
}

export function ImportReport({ dataset }: { dataset: DatasetSummary }) {
  const dropped = Object.entries(dataset.dropped).filter(([, count]) => count > 0);
  const facts = [
    ['Pairs', formatInteger(dataset.pairs)] as const,
    ...dropped.map(([reason, count]) => [`Dropped: ${dropReasonTitle(reason)}`, formatInteger(count)] as const),
  ];
  return (
    <Stack gap="xs" data-testid="dataset-report">
      <FactList facts={facts} />
      <BadLines {...dataset} />
      <Examples {...dataset} />
    </Stack>
  );
}
