/** One stage: status, progress, time. Pressing it shows its curves. */
import { Box, Group, Loader, Progress, Text, ThemeIcon, UnstyledButton } from '@mantine/core';
import type { StageState, StageStatus } from '../../../protocol/studio';
import { formatInteger, formatSeconds } from '../../primitives/format';
import { CheckIcon, ChevronIcon, CrossIcon, PauseIcon } from '../../primitives/icons';
import { stageKindTitles } from '../../primitives/stage-title';

interface StageRowProps {
  stage: StageState;
  paused: boolean;
  shown: boolean;
  onSelect: () => void;
}

const statusLabels: Readonly<Record<StageStatus, string>> = {
  pending: 'waiting',
  running: 'running',
  done: 'done',
  skipped: 'skipped: its result was there',
  failed: 'failed',
};

function StatusIcon({ status, paused }: { status: StageStatus; paused: boolean }) {
  const label = status === 'running' && paused ? 'paused' : statusLabels[status];
  const icon = (color: string, child: React.ReactNode) => (
    <ThemeIcon size={20} radius="xl" variant="light" color={color} role="img" aria-label={label}>
      {child}
    </ThemeIcon>
  );
  if (status === 'running')
    return paused ? icon('yellow', <PauseIcon size={12} />) : <Loader size={20} aria-label={label} />;
  if (status === 'done') return icon('teal', <CheckIcon size={13} />);
  if (status === 'failed') return icon('red', <CrossIcon size={13} />);
  return icon('gray', status === 'skipped' ? <ChevronIcon size={13} /> : null);
}

function times({ status, seconds, secondsLeft }: StageState): string {
  if (status === 'pending') return '';
  if (status === 'skipped') return 'skipped';
  const left = status === 'running' && secondsLeft !== null ? ` · ${formatSeconds(secondsLeft)} left` : '';
  return `${formatSeconds(seconds)}${left}`;
}

export function StageRow({ stage, paused, shown, onSelect }: StageRowProps) {
  const { id, kind, status, done, total, unit } = stage;
  const percent = total > 0 ? (100 * done) / total : 0;
  return (
    <UnstyledButton
      onClick={onSelect}
      aria-pressed={shown}
      w="100%"
      p="xs"
      style={{ borderRadius: 'var(--mantine-radius-md)' }}
      bg={shown ? 'var(--mantine-primary-color-light)' : undefined}
      data-testid={`stage-${id}`}
      data-status={status}
      data-done={done}
      data-total={total}
    >
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <StatusIcon status={status} paused={paused} />
        <Box flex={1} miw={0}>
          <Text size="sm" fw={shown ? 600 : 500} c={status === 'pending' ? 'dimmed' : undefined}>
            {stageKindTitles[kind]}
          </Text>
          {status === 'running' && (
            <Progress value={percent} size="sm" my={4} aria-label={`Progress of ${stageKindTitles[kind]}`} />
          )}
          <Group justify="space-between" gap={0} style={{ columnGap: 8 }} className="figures">
            <Text size="xs" c="dimmed">
              {total > 0
                ? `${formatInteger(done)} / ${formatInteger(total)} ${unit}`
                : status === 'running' && 'preparing…'}
            </Text>
            <Text size="xs" c="dimmed">
              {times(stage)}
            </Text>
          </Group>
        </Box>
      </Group>
    </UnstyledButton>
  );
}
