/** A run's or stage's status as a badge or a dot, with the same words and colours everywhere. */
import { Badge, ColorSwatch, Tooltip } from '@mantine/core';
import type { RunStatus, StageStatus } from '../../protocol/run-state';

const looks: Readonly<Record<RunStatus | StageStatus, { label: string; color: string }>> = {
  running: { label: 'running', color: 'blue' },
  paused: { label: 'paused', color: 'yellow' },
  held: { label: 'waiting for you', color: 'grape' },
  cancelled: { label: 'cancelled', color: 'gray' },
  failed: { label: 'failed', color: 'red' },
  finished: { label: 'finished', color: 'teal' },
  interrupted: { label: 'interrupted', color: 'orange' },
  pending: { label: 'waiting', color: 'gray' },
  done: { label: 'done', color: 'teal' },
  skipped: { label: 'reused', color: 'gray' },
  omitted: { label: 'left out', color: 'gray' },
};

/** The word for it. */
export const statusLabel = (status: RunStatus | StageStatus): string => looks[status].label;

interface StatusBadgeProps {
  status: RunStatus | StageStatus;
  /** Where there is a better word than the status's. */
  label?: string | undefined;
  testId?: string;
}

export function StatusBadge({ status, label = statusLabel(status), testId }: StatusBadgeProps) {
  const { color } = looks[status];
  return (
    <Badge color={color} variant="light" tt="none" data-testid={testId} data-status={status}>
      {label}
    </Badge>
  );
}

export function RunStatusDot({ status }: { status: RunStatus }) {
  const { label, color } = looks[status];
  return (
    <Tooltip label={label}>
      <ColorSwatch
        color={`var(--mantine-color-${color}-6)`}
        size={10}
        withShadow={false}
        role="img"
        aria-label={label}
      />
    </Tooltip>
  );
}
