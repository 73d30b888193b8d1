/** The files a run has made so far, each to download, and all as one archive. */
import { Button, Group, Paper, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import type { OutputFile } from '../../../protocol/library';
import type { RunState } from '../../../protocol/run-state';
import { useCommands } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { formatBytes, formatInteger } from '../../primitives/format';
import { DownloadIcon } from '../../primitives/icons';
import { safeFileName, saveFile } from '../../primitives/save-file';

/** A button that waits for the file and then hands it to the person. */
function DownloadButton(props: {
  label: string;
  ariaLabel: string;
  filled?: boolean;
  testId: string;
  get: () => Promise<Blob>;
  name: string;
}) {
  const commands = useCommands();
  const [waiting, setWaiting] = useState(false);
  const download = async () => {
    setWaiting(true);
    const blob = await commands.attempt(props.get);
    if (blob) saveFile(blob, props.name);
    setWaiting(false);
  };
  return (
    <Button
      variant={props.filled ? 'filled' : 'subtle'}
      size={props.filled ? 'sm' : 'xs'}
      leftSection={<DownloadIcon size={15} />}
      loading={waiting}
      onClick={() => void download()}
      aria-label={props.ariaLabel}
      data-testid={props.testId}
    >
      {props.label}
    </Button>
  );
}

function OutputRow({ runId, output }: { runId: string; output: OutputFile }) {
  const commands = useCommands();
  const { path, bytes } = output;
  const parts = path.split('/');
  return (
    <Table.Tr data-testid="output-row" data-path={path}>
      <Table.Td className="verbatim">
        <Text span size="sm" c="dimmed">
          {parts.slice(0, -1).map((part) => `${part}/`)}
        </Text>
        <Text span size="sm">
          {parts.at(-1)}
        </Text>
      </Table.Td>
      <Table.Td ta="right" className="figures">
        {formatBytes(bytes)}
      </Table.Td>
      <Table.Td ta="right">
        <DownloadButton
          label="Download"
          ariaLabel={`Download ${path}`}
          testId={`download-${path}`}
          get={() => commands.getOutput(runId, path)}
          name={parts.at(-1) ?? path}
        />
      </Table.Td>
    </Table.Tr>
  );
}

export function OutputsView({ run }: { run: RunState }) {
  const commands = useCommands();
  const { outputs } = run;
  if (outputs.length === 0) {
    return (
      <EmptyState title="No outputs yet">
        Every finished stage adds its files here: adapters for Python’s peft, synthetic preferences, the evaluation.
      </EmptyState>
    );
  }
  const bytes = outputs.reduce((sum, output) => sum + output.bytes, 0);
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" className="figures">
          {formatInteger(outputs.length)} files, {formatBytes(bytes)}
        </Text>
        <DownloadButton
          label="Download all (.zip)"
          ariaLabel="Download all outputs as one zip archive"
          filled
          testId="download-all"
          get={() => commands.zipOutputs(run.id)}
          name={`${safeFileName(run.name)}.zip`}
        />
      </Group>
      <Paper p={0}>
        <Table.ScrollContainer minWidth={480}>
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>File</Table.Th>
                <Table.Th ta="right">Size</Table.Th>
                <Table.Th>
                  <VisuallyHidden>Download</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {outputs.map((output) => (
                <OutputRow key={output.path} runId={run.id} output={output} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
    </Stack>
  );
}
