/** How far each kernel was off its reference when the engine last started, or when it was last tested on request. */
import { Alert, Group, ScrollArea, Table, Text } from '@mantine/core';
import type { RunState } from '../../../protocol/run-state';
import type { SelfTestAgain as SelfTestAgainResult } from '../../../protocol/system';
import { formatDate } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { Card } from './card';
import { SelfTestAgain } from './self-test-again';

const power = (value: number) => (value === 0 ? '0' : value.toExponential(1));

interface SelfTestCardProps {
  /** The latest run whose kernels were tested; null for none. */
  run: RunState | null;
  again: SelfTestAgainResult | null;
  onTested: () => void;
}

export function SelfTestCard({ run, again, onTested }: SelfTestCardProps) {
  const latest = again !== null && again.runId === (run?.id ?? null) ? again : null;
  const failure = latest?.error ?? null;
  const rows = failure === null ? (latest?.rows ?? run?.engine?.selfTest ?? null) : null;
  const wrong = rows?.filter(({ error, tolerance }) => !(error <= tolerance)).length ?? 0;
  return (
    <Card
      title="Self-test"
      about="Every kernel runs once on tiny inputs when an engine starts, against its reference in double precision. A wrong one stops the run."
      testId="system-self-test"
    >
      <Group mb="xs" gap="xs">
        <SelfTestAgain run={run} onEnd={onTested} />
        {latest && (
          <Text size="xs" c="dimmed" role="status">
            {run === null ? 'Run' : 'Run again'} {formatDate(latest.at)}
          </Text>
        )}
      </Group>
      {failure !== null && (
        <Alert color="red" title="The self-test failed" data-testid="self-test-failed">
          {failure}
        </Alert>
      )}
      {failure === null && rows === null && (
        <Text size="sm" c="dimmed">
          No run of this browser has tested its kernels yet. The first one does; before it, those of a small model can
          be tested.
        </Text>
      )}
      {rows !== null && (
        <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: 0, 'aria-label': 'Kernels' }}>
          <Table stickyHeader verticalSpacing={2} fz="sm" className="figures">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>
                  {rows.length} kernels, {wrong === 0 ? 'all right' : `${wrong} wrong`}
                </Table.Th>
                <Table.Th ta="right" style={{ whiteSpace: 'nowrap' }}>
                  Off by <HelpHint of="off_by" label="off by" />
                </Table.Th>
                <Table.Th ta="right" style={{ whiteSpace: 'nowrap' }}>
                  Allowed <HelpHint of="allowed" label="allowed" />
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ kernel, error, tolerance }) => (
                <Table.Tr key={kernel} data-testid="self-test-row">
                  <Table.Td ff="monospace" fz="xs" style={{ overflowWrap: 'anywhere' }}>
                    {kernel}
                  </Table.Td>
                  <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                    {power(error)}
                  </Table.Td>
                  <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                    {power(tolerance)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
      )}
    </Card>
  );
}
