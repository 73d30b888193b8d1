/** The estimate stage by stage: steps or responses, operations, and seconds here and on a T4. */
import { ScrollArea, Table } from '@mantine/core';
import type { RunCost, StageCost } from '../../../protocol/run-cost';
import type { TimeEstimate } from '../../../store/time-estimate';
import { formatInteger, formatNumber, formatRoughly } from '../../primitives/format';
import { stageTitle } from '../../primitives/stage-title';

function amount({ steps, responses }: StageCost): string {
  if (steps !== null) return `${formatInteger(steps)} steps`;
  return responses === null ? '' : `${formatInteger(responses)} responses`;
}

const time = (seconds: number | null | undefined) =>
  seconds === null || seconds === undefined ? '–' : formatRoughly(seconds);

const nowrap = { whiteSpace: 'nowrap' } as const;

interface Props {
  cost: RunCost;
  here: TimeEstimate;
  t4: TimeEstimate;
}

export function TimeByStage({ cost, here, t4 }: Props) {
  return (
    <ScrollArea.Autosize mah={360} type="auto" viewportProps={{ tabIndex: 0 }}>
      <Table fz="xs" verticalSpacing={3} className="figures" aria-label="Time by stage" data-testid="time-stages">
        <Table.Thead>
          <Table.Tr>
            <Table.Th pl={0}>Stage</Table.Th>
            <Table.Th ta="right">Work</Table.Th>
            <Table.Th ta="right">TFLOP</Table.Th>
            <Table.Th ta="right">This GPU</Table.Th>
            <Table.Th ta="right" pr={0}>
              T4, on paper
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {cost.stages.map((stage, i) => (
            <Table.Tr key={stage.id} data-testid={`time-${stage.id}`} data-steps={stage.steps ?? undefined}>
              <Table.Td pl={0}>{stageTitle(stage.id)}</Table.Td>
              <Table.Td ta="right" style={nowrap}>
                {amount(stage)}
              </Table.Td>
              <Table.Td ta="right" style={nowrap}>
                {formatNumber((stage.operations.passes + stage.operations.generation) / 1e12, 3)}
              </Table.Td>
              <Table.Td ta="right" style={nowrap}>
                {time(here.stages[i])}
              </Table.Td>
              <Table.Td ta="right" style={nowrap} pr={0}>
                {time(t4.stages[i])}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
