/** Where the time of one batch of a stage goes: GPU time by kernel, or why it is not known. */
import { Button, Group, Paper, Progress, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { KernelTime, StageProfile, StageState } from '../../../protocol/run-state';
import { useCommands, useStudio } from '../../app/studio-context';
import { formatInteger, formatPercent } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { useElsewhere } from '../../primitives/use-elsewhere';

/** Rows that are shown before one asks for all. */
const SHOWN = 10;

const formatMs = (milliseconds: number) => `${milliseconds.toFixed(milliseconds < 10 ? 2 : 1)} ms`;

function KernelRow({ time, total }: { time: KernelTime; total: number }) {
  const share = total > 0 ? time.milliseconds / total : 0;
  return (
    <Table.Tr data-testid="kernel-time" data-kernel={time.kernel} data-milliseconds={time.milliseconds}>
      <Table.Td style={{ overflowWrap: 'anywhere' }} ff="monospace" fz="xs">
        {time.kernel}
        <Progress value={100 * share} size={3} mt={3} aria-hidden />
      </Table.Td>
      <Table.Td ta="right">{formatInteger(time.dispatches)}</Table.Td>
      <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
        {formatMs(time.milliseconds)}
      </Table.Td>
      <Table.Td ta="right">{formatPercent(share)}</Table.Td>
    </Table.Tr>
  );
}

/** The kernels of one measured batch, those that took longest first. */
export function KernelTable({ profile }: { profile: StageProfile }) {
  const [all, setAll] = useState(false);
  const { kernels, seconds, batch } = profile;
  const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const dispatches = kernels.reduce((sum, time) => sum + time.dispatches, 0);
  const shown = all ? kernels : kernels.slice(0, SHOWN);
  return (
    <>
      <Text size="xs" c="dimmed" mb={4} className="figures">
        Batch {batch}: {formatMs(total)} in kernels, {formatInteger(dispatches)} dispatches, of{' '}
        {formatMs(seconds * 1000)} in all. Browsers round GPU times, so short kernels are only roughly right.
      </Text>
      <Table.ScrollContainer minWidth={420}>
        <Table fz="sm" verticalSpacing={4} className="figures">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="100%">Kernel</Table.Th>
              <Table.Th ta="right">Dispatches</Table.Th>
              <Table.Th ta="right" style={{ whiteSpace: 'nowrap' }}>
                GPU time
              </Table.Th>
              <Table.Th ta="right" style={{ whiteSpace: 'nowrap' }}>
                Share <HelpHint of="kernel_share" label="the share" />
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((time) => (
              <KernelRow key={time.kernel} time={time} total={total} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {kernels.length > SHOWN && (
        <Button variant="subtle" size="compact-sm" mt={4} onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? 'Fewer kernels' : `All ${kernels.length} kernels`}
        </Button>
      )}
    </>
  );
}

function Measured({ stage: { profile, status } }: { stage: StageState }) {
  const remark = (text: string) => (
    <Text size="sm" c="dimmed" data-testid="profile-missing">
      {text}
    </Text>
  );
  if (profile?.missing) return remark(profile.missing);
  if (profile) return <KernelTable profile={profile} />;
  if (status === 'running') return remark('One of the first batches will be measured.');
  return remark('No batch of this stage was measured.');
}

export function KernelTimes({ runId, stage }: { runId: string; stage: StageState }) {
  const commands = useCommands();
  const elsewhere = useElsewhere(runId);
  const running = useStudio(({ runs }) => runs.find(({ id }) => id === runId)?.status === 'running');
  if (stage.status === 'pending' || (['skipped', 'omitted'].includes(stage.status) && !stage.profile)) return null;
  return (
    <Paper component="section" aria-label="Where the time goes" p="sm" data-testid="kernel-times">
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={600}>
          Where the time goes
        </Text>
        {running && !elsewhere && stage.status === 'running' && (
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => void commands.attempt(() => commands.profileRun(runId))}
            data-testid="profile-run"
          >
            Measure the next batch
          </Button>
        )}
      </Group>
      <Measured stage={stage} />
    </Paper>
  );
}
