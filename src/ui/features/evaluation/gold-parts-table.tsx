/** Gold scores as numbers: the score with its interval, its four parts, and the difference from SFT. */
import { Group, Table } from '@mantine/core';
import type { EvaluatedModel, GoldFigures } from '../../../protocol/evaluation';
import { HelpHint } from '../../primitives/help-hint';
import classes from './evaluation.module.css';
import type { FigureValue } from './model-figures';
import { modelTitle } from './model-names';
import { intervalText, scoreText, signed } from './score-format';
import { ValueCell } from './value-cell';

const percent = (share: number): FigureValue => ({ text: `${Math.round(100 * share)}%` });

/** `metric` is its name in the glossary. */
const columns: readonly { label: string; metric: string; value: (gold: GoldFigures) => FigureValue | null }[] = [
  {
    label: 'Gold score',
    metric: 'gold',
    value: ({ mean, interval }) => ({ text: scoreText(mean), interval: intervalText(interval) }),
  },
  {
    label: 'Against SFT',
    metric: 'gold_against_sft',
    value: ({ against_sft: against }) =>
      against && { text: signed(against.difference), interval: intervalText(against.interval, signed) },
  },
  { label: 'Correct', metric: 'correct', value: ({ correctness }) => percent(correctness) },
  { label: 'Polite', metric: 'polite', value: ({ politeness }) => percent(politeness) },
  { label: 'Safe', metric: 'safe', value: ({ safety }) => percent(safety) },
  { label: 'Brief', metric: 'brief', value: ({ brevity }) => percent(brevity) },
];

export function GoldPartsTable({ models }: { models: readonly EvaluatedModel[] }) {
  return (
    <Table.ScrollContainer minWidth={620}>
      <Table
        fz="sm"
        horizontalSpacing="xs"
        className="figures"
        style={{ whiteSpace: 'nowrap' }}
        data-testid="gold-table"
      >
        <Table.Thead>
          <Table.Tr>
            <Table.Th className={classes['rowHead']}>Model</Table.Th>
            {columns.map(({ label, metric }) => (
              <Table.Th key={label} ta="right">
                <Group gap={2} justify="flex-end" wrap="nowrap">
                  {label}
                  <HelpHint of={metric} label={label} />
                </Group>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map(({ name, gold }) => (
            <Table.Tr key={name} style={{ verticalAlign: 'top' }} data-testid={`gold-${name}`} data-value={gold?.mean}>
              <Table.Th scope="row" className={classes['rowHead']}>
                {modelTitle(name)}
              </Table.Th>
              {columns.map(({ label, value }) => (
                <Table.Td key={label} ta="right">
                  <ValueCell value={gold && value(gold)} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
