/** How far each kernel was off its reference when the engine last started, or when it was last tested on request. */
import { Group, ScrollArea, Table, Text } from '@mantine/core';
import type { RunState } from '../../../protocol/studio';
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
  const latest = again?.runId === run?.id ? again : null;
  const rows = latest?.rows ?? run?.engine?.selfTest ?? null;
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
            Run again {formatDate(latest.at)}
          </Text>
        )}
      </Group>
      {rows === null ? (
        <Text size="sm" c="dimmed">
          No run of this browser has tested its kernels yet. The first one does.
        </Text>
      ) : (
        <ScrollArea.Autosize mah={360} viewportProps={{ tabIndex: 0, 'aria-label': 'Kernels' }}>
          <Table stickyHeader verticalSpacing={2} fz="xs" className="figures">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{rows.length} kernels, all right</Table.Th>
                <Table.Th ta="right">
                  Off by <HelpHint of="off_by" label="off by" />
                </Table.Th>
                <Table.Th ta="right">
                  Allowed <HelpHint of="allowed" label="allowed" />
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ kernel, error, tolerance }) => (
                <Table.Tr key={kernel} data-testid="self-test-row">
                  <Table.Td ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                    {kernel}
                  </Table.Td>
                  <Table.Td ta="right">{power(error)}</Table.Td>
                  <Table.Td ta="right">{power(tolerance)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
      )}
    </Card>
  );
}
