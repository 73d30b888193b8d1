/** Speed of the latest run's stages, against the best matmul of this adapter. */
import { Group, Table, Text } from '@mantine/core';
import type { RunState } from '../../../protocol/run-state';
import type { StageSpeed } from '../../../protocol/system';
import { formatInteger, formatNumber, formatPercent } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { stageTitle } from '../../primitives/stage-title';
import { Card } from './card';
import { MeasureMatmul } from './measure-matmul';
import { reusedRemark } from './reused-stages';
import { bestMatmul, shareOf, shareRemark, type Ceilings } from './speed-share';

interface SpeedCardProps {
  /** Whose speeds these are. */
  run: RunState | undefined;
  speeds: readonly StageSpeed[];
  ceilings: Ceilings;
  onMeasured: () => void;
}

function ceilingText(best: number | null): string {
  if (best === null)
    return 'No matmul was measured on this adapter, so there is no share: small models and software adapters take the default tiles.';
  return `The best matmul measured on this adapter reaches ${formatNumber(best / 1e9, 3)} GFLOP/s.`;
}

function SpeedTable({ speeds, ceilings }: Pick<SpeedCardProps, 'speeds' | 'ceilings'>) {
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table verticalSpacing={2} fz="sm" className="figures">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Stage</Table.Th>
            <Table.Th ta="right">Speed</Table.Th>
            <Table.Th ta="right">GFLOP/s</Table.Th>
            <Table.Th ta="right">
              Share <HelpHint of="share_of_ceiling" label="the share" />
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {speeds.map(({ stage, perSecond, unit, flopsPerSecond }) => {
            const share = shareOf(flopsPerSecond, ceilings);
            return (
              <Table.Tr key={stage} data-testid="stage-speed">
                <Table.Td>{stageTitle(stage)}</Table.Td>
                <Table.Td ta="right">
                  {formatInteger(Math.round(perSecond))} {unit}/s
                </Table.Td>
                <Table.Td ta="right">{formatNumber(flopsPerSecond / 1e9, 3)}</Table.Td>
                <Table.Td ta="right">{share === null ? '–' : formatPercent(share)}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

export function SpeedCard({ run, speeds, ceilings, onMeasured }: SpeedCardProps) {
  const remark = run && reusedRemark(run);
  return (
    <Card
      title="Speed"
      about={`Of ${run ? `“${run.name}”, the latest run that trained or sampled` : 'the latest run'}: training by its median step, generation and scoring by the whole stage. Operations are counted from the model’s shape, as New run counts them; the share is of the best matmul measured here.`}
      testId="system-speed"
    >
      {speeds.length === 0 ? (
        <Text size="sm" c="dimmed">
          No stage has told its speed yet.
        </Text>
      ) : (
        <SpeedTable speeds={speeds} ceilings={ceilings} />
      )}
      {remark && (
        <Text size="xs" c="dimmed" mt={4}>
          {remark}
        </Text>
      )}
      <Text size="sm" mt="xs" className="figures" data-testid="matmul-ceiling">
        {ceilingText(bestMatmul(ceilings))}{' '}
        {shareRemark(
          speeds.map(({ flopsPerSecond }) => flopsPerSecond),
          ceilings,
        )}
      </Text>
      <Group mt="xs">
        <MeasureMatmul onEnd={onMeasured} />
      </Group>
    </Card>
  );
}
