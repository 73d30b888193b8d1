/** GPU memory of the latest run: at the most, stage by stage. */
import { Progress, Table, Text } from '@mantine/core';
import type { RunState } from '../../../protocol/run-state';
import { formatBytes } from '../../primitives/format';
import { stageTitle } from '../../primitives/stage-title';
import { Card } from './card';
import { reusedRemark } from './reused-stages';

export function MemoryCard({ runs }: { runs: readonly RunState[] }) {
  const remark = runs[0] && reusedRemark(runs[0]);
  const stages = runs[0]?.stages.flatMap(({ id, memory }) => (memory ? [{ id, memory }] : [])) ?? [];
  const most = Math.max(1, ...stages.map(({ memory }) => memory.peakBytes));
  return (
    <Card
      title="GPU memory"
      about="Of the latest run, by stage: the most at any time. A stage’s own page has it by category."
      testId="system-memory"
    >
      {stages.length === 0 ? (
        <Text size="sm" c="dimmed">
          No run has taken GPU memory yet.
        </Text>
      ) : (
        <Table verticalSpacing={4} fz="sm" className="figures">
          <Table.Tbody>
            {stages.map(({ id, memory }) => (
              <Table.Tr key={id}>
                <Table.Td w="34%">{stageTitle(id)}</Table.Td>
                <Table.Td
                  title={Object.entries(memory.peak)
                    .map(([name, bytes]) => `${name} ${formatBytes(bytes)}`)
                    .join(', ')}
                >
                  <Progress
                    value={(100 * memory.peakBytes) / most}
                    size="sm"
                    aria-label={`Most memory of ${stageTitle(id)}`}
                  />
                </Table.Td>
                <Table.Td ta="right" w={80}>
                  {formatBytes(memory.peakBytes)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {remark && (
        <Text size="xs" c="dimmed" mt={4}>
          {remark}
        </Text>
      )}
    </Card>
  );
}
