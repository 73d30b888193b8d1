/** The tiles of the matmul kernels as measured on this adapter. */
import { Table, Text } from '@mantine/core';
import type { TileRow } from '../../../protocol/system';
import { formatNumber } from '../../primitives/format';
import { Card } from './card';

export function TilesCard({ tiles }: { tiles: readonly TileRow[] }) {
  return (
    <Card
      title="Tuned tiles"
      about="The fastest shape of the matmul kernel for each use, measured at the first run on this adapter and remembered."
      testId="system-tiles"
    >
      {tiles.length === 0 ? (
        <Text size="sm" c="dimmed">
          No run has measured tiles here: small models and software adapters take the defaults.
        </Text>
      ) : (
        <Table verticalSpacing={2} fz="sm" className="figures">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Use</Table.Th>
              <Table.Th>Tile</Table.Th>
              <Table.Th ta="right">GFLOP/s</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tiles.map(({ use, tile, flopsPerSecond }) => (
              <Table.Tr key={use}>
                <Table.Td ff="monospace">{use}</Table.Td>
                <Table.Td ff="monospace">{tile}</Table.Td>
                <Table.Td ta="right">{formatNumber(flopsPerSecond / 1e9, 3)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Card>
  );
}
