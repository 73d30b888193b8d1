/** Every figure of every model, with win rates and their intervals. */
import { Paper, Table, Text } from '@mantine/core';
import type { EvaluatedModel } from '../../../protocol/evaluation';
import { HelpHint } from '../../primitives/help-hint';
import { modelColor } from '../../primitives/model-colors';
import classes from './evaluation.module.css';
import { figuresOf, type Figure } from './model-figures';
import { modelTitle } from './model-names';
import { useNarrow } from '../../primitives/use-narrow';
import { ValueCell } from './value-cell';

/** In pixels; four models beside the heads fit into a window of 1024. */
const MODEL_WIDTH = 132;

function FigureRow({ figure, models }: { figure: Figure; models: readonly EvaluatedModel[] }) {
  const { label, help, metric, value } = figure;
  return (
    <Table.Tr style={{ verticalAlign: 'top' }} data-testid={`figure-${label}`}>
      <Table.Th scope="row" className={classes['rowHead']}>
        {label} <HelpHint of={metric} label={label} />
        <Text size="xs" c="dimmed" fw="normal">
          {help}
        </Text>
      </Table.Th>
      {models.map((model) => (
        <Table.Td key={model.name} ta="right">
          <ValueCell value={value(model)} />
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

export function FiguresTable({ models }: { models: readonly EvaluatedModel[] }) {
  const headWidth = useNarrow() ? 148 : 208;
  return (
    <Paper p={0} component="section" aria-label="Figures">
      <Table.ScrollContainer minWidth={headWidth + MODEL_WIDTH * models.length}>
        <Table fz="sm" className="figures" data-testid="evaluation-table">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={headWidth} className={classes['rowHead']}>
                Figure
              </Table.Th>
              {models.map(({ name }) => (
                <Table.Th key={name} ta="right" style={{ borderTop: `3px solid ${modelColor(name)}` }}>
                  {modelTitle(name)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {figuresOf(models).map((figure) => (
              <FigureRow key={`${figure.label}${figure.help}`} figure={figure} models={models} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
