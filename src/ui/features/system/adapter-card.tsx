/** The adapter, its features, and its limits. */
import { Badge, Group, Table, Text } from '@mantine/core';
import type { AdapterSummary } from '../../../protocol/adapter';
import type { SystemReport } from '../../../protocol/system';
import { Disclosure } from '../../primitives/disclosure';
import { formatBytes, formatInteger } from '../../primitives/format';
import { Card } from './card';

interface AdapterCardProps {
  adapter: AdapterSummary;
  workerKind: string | null;
  versions: SystemReport['versions'];
}

const isBytes = (name: string) => name.endsWith('Size') && !name.includes('Workgroup');

export function AdapterCard({ adapter, workerKind, versions }: AdapterCardProps) {
  const { vendor, architecture, description, software, features, limits = {} } = adapter;
  const native = features.includes('shader-f16');
  const rows = [
    ['Studio', versions ? `Whetstone ${versions.whetstone}, engine ${versions.engine}, tfjs ${versions.tfjs}` : '–'],
    ['Vendor', vendor || 'not told'],
    ['Architecture', architecture || 'not told'],
    ['Description', description || 'not told'],
    ['Kind', software ? 'software: computes on the processor, slow' : 'graphics card'],
    ['Weights', native ? 'fp16, read natively (shader-f16)' : 'fp16, packed two in 32 bits (no shader-f16)'],
    ['Arithmetic', 'fp32'],
    ['Kernel times', features.includes('timestamp-query') ? 'can be measured' : 'cannot be measured here'],
    ['Worker', workerKind === 'shared' ? 'shared: a run outlives a reload' : 'dedicated: a reload interrupts a run'],
  ];
  return (
    <Card title="Adapter" testId="system-adapter">
      <Table verticalSpacing={4} fz="sm">
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={130} fw={400} c="dimmed">
                {name}
              </Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed" mt="xs" mb={4}>
        Features
      </Text>
      <Group gap={6}>
        {features.map((feature) => (
          <Badge key={feature} variant="light" color="gray" tt="none" fw={500}>
            {feature}
          </Badge>
        ))}
      </Group>
      {Object.keys(limits).length > 0 && (
        <Disclosure label={`Limits: ${Object.keys(limits).length}`} testId="system-limits">
          <Table verticalSpacing={2} fz="sm" className="figures">
            <Table.Tbody>
              {Object.entries(limits)
                .toSorted(([a], [b]) => (a < b ? -1 : 1))
                .map(([name, value]) => (
                  <Table.Tr key={name}>
                    <Table.Td>{name}</Table.Td>
                    <Table.Td ta="right">{isBytes(name) ? formatBytes(value) : formatInteger(value)}</Table.Td>
                  </Table.Tr>
                ))}
            </Table.Tbody>
          </Table>
        </Disclosure>
      )}
    </Card>
  );
}
