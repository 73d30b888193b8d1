/** GPU memory of the latest run: at the most, stage by stage. The stages' own pages have it by category. */
import { Progress, Table, Text } from '@mantine/core';
import type { RunState } from '../../../protocol/studio';
import { formatBytes } from '../../primitives/format';
import { stageTitle } from '../../primitives/stage-title';
import { Card } from './card';

const sum = (bytes: Readonly<Record<string, number>>) =>
  Object.values(bytes).reduce((total, value) => total + value, 0);

export function MemoryCard({ runs }: { runs: readonly RunState[] }) {
  const stages = runs[0]?.stages.flatMap(({ id, memory }) => (memory ? [{ id, memory }] : [])) ?? [];
  const most = Math.max(1, ...stages.map(({ memory }) => memory.peakBytes));
  return (
    <Card
      title="GPU memory"
      about="Of the latest run, by stage: the most at any time, and what held it between batches."
      testId="system-memory"
    >
      {stages.length === 0 ? (
        <Text size="sm" c="dimmed">
          No run has taken GPU memory yet.
        </Text>
      ) : (
        <Table verticalSpacing={4} fz="xs" className="figures">
          <Table.Tbody>
            {stages.map(({ id, memory }) => (
              <Table.Tr key={id}>
                <Table.Td w="34%">{stageTitle(id)}</Table.Td>
                <Table.Td
                  title={Object.entries(memory.peak)
                    .map(([name, bytes]) => `${name} ${formatBytes(bytes)}`)
                    .join(', ')}
                >
                  <Progress.Root size="sm" aria-label={`Memory of ${stageTitle(id)}`}>
                    <Progress.Section value={(100 * sum(memory.peak)) / most} />
                    <Progress.Section
                      value={(100 * Math.max(0, memory.peakBytes - sum(memory.peak))) / most}
                      color="gray"
                    />
                  </Progress.Root>
                </Table.Td>
                <Table.Td ta="right" w={80}>
                  {formatBytes(memory.peakBytes)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Card>
  );
}
