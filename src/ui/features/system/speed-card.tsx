/** Speed of the latest run's training stages, against the best matmul of this adapter. */
import { Table, Text } from '@mantine/core';
import { isTraining } from '../../../protocol/status';
import type { RunState } from '../../../protocol/studio';
import type { TileRow } from '../../../protocol/system';
import { metricsKey } from '../../../store/metrics';
import { useStudioStore, useStudio } from '../../app/studio-context';
import { formatInteger, formatNumber, formatPercent } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { stageTitle } from '../../primitives/stage-title';
import { Card } from './card';
import { trainingSpeed } from './training-speed';

export function SpeedCard({ runs, tiles }: { runs: readonly RunState[]; tiles: readonly TileRow[] }) {
  const store = useStudioStore();
  const run = runs[0];
  const parameters = useStudio((state) => state.models.find(({ id }) => id === run?.modelId)?.parameters);
  const { metrics } = store.getState();
  const rows =
    run && parameters !== undefined
      ? run.stages.filter(isTraining).flatMap((stage) => {
          const points = metrics[metricsKey(run.id, stage.id)]?.curve.toPoints(1000) ?? [];
          const speed = trainingSpeed(points, parameters, run, tiles);
          return speed ? [{ id: stage.id, ...speed }] : [];
        })
      : [];
  return (
    <Card
      title="Training speed"
      about="Of the latest run, medians. FLOP/s are an estimate from parameters and tokens; the share is of the best matmul measured on this adapter."
      testId="system-speed"
    >
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          No training stage has told its speed yet.
        </Text>
      ) : (
        <Table verticalSpacing={2} fz="xs" className="figures">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Stage</Table.Th>
              <Table.Th ta="right">tokens/s</Table.Th>
              <Table.Th ta="right">GFLOP/s</Table.Th>
              <Table.Th ta="right">
                Share <HelpHint of="share_of_ceiling" label="the share" />
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ id, tokensPerSecond, flopsPerSecond, share }) => (
              <Table.Tr key={id}>
                <Table.Td>{stageTitle(id)}</Table.Td>
                <Table.Td ta="right">{formatInteger(Math.round(tokensPerSecond))}</Table.Td>
                <Table.Td ta="right">{formatNumber(flopsPerSecond / 1e9, 3)}</Table.Td>
                <Table.Td ta="right">{share === null ? '–' : formatPercent(share)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Card>
  );
}
