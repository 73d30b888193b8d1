/** Gold scores as numbers: the score with its interval, its four parts, and the difference from SFT. */
import { Table, Text } from '@mantine/core';
import type { EvaluatedModel, GoldFigures } from '../../../protocol/evaluation';
import { formatNumber, formatPercent } from '../../primitives/format';
import { modelTitle } from './model-names';

const short = (value: number): string => formatNumber(value, 3);

function difference({ against_sft: against }: GoldFigures): string {
  if (!against) return '–';
  const sign = against.difference > 0 ? '+' : '';
  return `${sign}${short(against.difference)} [${short(against.interval.low)}, ${short(against.interval.high)}]`;
}

const columns: readonly { label: string; value: (gold: GoldFigures) => string }[] = [
  {
    label: 'Gold score [95%]',
    value: ({ mean, interval }) => `${short(mean)} [${short(interval.low)}, ${short(interval.high)}]`,
  },
  { label: 'Against SFT [95%]', value: difference },
  { label: 'Correct', value: ({ correctness }) => formatPercent(correctness) },
  { label: 'Polite', value: ({ politeness }) => formatPercent(politeness) },
  { label: 'Safe', value: ({ safety }) => formatPercent(safety) },
  { label: 'Brief', value: ({ brevity }) => formatPercent(brevity) },
];

export function GoldPartsTable({ models }: { models: readonly EvaluatedModel[] }) {
  return (
    <Table.ScrollContainer minWidth={680}>
      <Table fz="sm" className="figures" data-testid="gold-table">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Model</Table.Th>
            {columns.map(({ label }) => (
              <Table.Th key={label}>{label}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map(({ name, gold }) => (
            <Table.Tr key={name} data-testid={`gold-${name}`} data-value={gold?.mean}>
              <Table.Th scope="row">
                <Text size="sm" fw={600}>
                  {modelTitle(name)}
                </Text>
              </Table.Th>
              {columns.map(({ label, value }) => (
                <Table.Td key={label}>{gold ? value(gold) : '–'}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
