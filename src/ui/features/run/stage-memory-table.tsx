/** What a stage holds of the GPU's memory, by category: now, and when it held the most. */
import { Paper, Table, Text } from '@mantine/core';
import { memoryTotal } from '../../../protocol/memory';
import type { StageMemory } from '../../../protocol/run-state';
import { formatBytes } from '../../primitives/format';
import { MemoryBar, MemoryCategory, memoryEntries } from '../../primitives/memory-bar';

export function StageMemoryTable({ memory, running }: { memory: StageMemory; running: boolean }) {
  const { now, peak, peakBytes } = memory;
  const categories = memoryEntries({ ...now, ...peak }).map(([category]) => category);
  const cell = (bytes: number | undefined) => <Table.Td ta="right">{bytes ? formatBytes(bytes) : ''}</Table.Td>;
  return (
    <Paper component="section" aria-label="GPU memory" p="sm" data-testid="stage-memory" data-peak={peakBytes}>
      <Text size="sm" fw={600} mb={8} className="figures">
        GPU memory
        <Text span size="xs" c="dimmed" fw={400}>
          {` · at most ${formatBytes(peakBytes)}`}
        </Text>
      </Text>
      <MemoryBar bytes={peak} of={Math.max(peakBytes, memoryTotal(peak))} label="Memory at the peak" />
      <Table fz="sm" verticalSpacing={4} className="figures" mt="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>For</Table.Th>
            <Table.Th ta="right">{running ? 'Now' : 'End'}</Table.Th>
            <Table.Th ta="right">Peak</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {categories.map((category) => (
            <Table.Tr key={category}>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>
                <MemoryCategory category={category} />
              </Table.Td>
              {cell(now[category])}
              {cell(peak[category])}
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th>Together</Table.Th>
            <Table.Th ta="right">{formatBytes(memoryTotal(now))}</Table.Th>
            <Table.Th ta="right">{formatBytes(memoryTotal(peak))}</Table.Th>
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </Paper>
  );
}
