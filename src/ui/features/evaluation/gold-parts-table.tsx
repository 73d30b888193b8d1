/** Gold scores as numbers: the score with its interval, its four parts, and the difference from SFT. */
import { Table, Text } from '@mantine/core';
import type { EvaluatedModel, GoldFigures } from '../../../protocol/evaluation';
import { goldText, signed } from './gold-format';
import { modelTitle } from './model-names';

const percent = (share: number): string => `${Math.round(100 * share)}%`;

function withInterval(value: string, { low, high }: { low: number; high: number }, text: (end: number) => string) {
  return `${value} [${text(low)}, ${text(high)}]`;
}

function difference({ against_sft: against }: GoldFigures): string {
  return against ? withInterval(signed(against.difference), against.interval, signed) : '–';
}

const columns: readonly { label: string; value: (gold: GoldFigures) => string }[] = [
  { label: 'Gold score [95%]', value: ({ mean, interval }) => withInterval(goldText(mean), interval, goldText) },
  { label: 'Against SFT [95%]', value: difference },
  { label: 'Correct', value: ({ correctness }) => percent(correctness) },
  { label: 'Polite', value: ({ politeness }) => percent(politeness) },
  { label: 'Safe', value: ({ safety }) => percent(safety) },
  { label: 'Brief', value: ({ brevity }) => percent(brevity) },
];

export function GoldPartsTable({ models }: { models: readonly EvaluatedModel[] }) {
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table
        fz="sm"
        horizontalSpacing="xs"
        className="figures"
        style={{ whiteSpace: 'nowrap' }}
        data-testid="gold-table"
      >
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
