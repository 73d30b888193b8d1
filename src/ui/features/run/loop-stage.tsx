/** One stage of the loop: its state, progress and time, or the figure that says most. Pressing it shows its curves. */
import { Group, Loader, Progress, Text, ThemeIcon, Tooltip, UnstyledButton } from '@mantine/core';
import type { KeyboardEvent, ReactNode } from 'react';
import type { StageKind, StageState, StageStatus } from '../../../protocol/run-state';
import { formatInteger, formatRoughly, formatSeconds } from '../../primitives/format';
import { WarningIcon, CheckIcon, ChevronIcon, CrossIcon, MinusIcon, PauseIcon } from '../../primitives/icons';
import { figureHelp, keyFigure } from './key-figure';
import classes from './loop.module.css';
import type { Advice } from './training-advice';

const shortTitles: Readonly<Record<StageKind, string>> = {
  sft: 'SFT',
  reward: 'Reward model',
  referee: 'Referee',
  generate: 'Generate',
  score: 'Score and pair',
  train: 'DPO training',
  evaluate: 'Evaluation',
};

const statusLabels: Readonly<Record<StageStatus, string>> = {
  pending: 'waiting',
  running: 'running',
  done: 'done',
  skipped: 'reused',
  omitted: 'left out',
  failed: 'failed',
};

function StatusIcon({ status, paused }: { status: StageStatus; paused: boolean }) {
  const label = status === 'running' && paused ? 'paused' : statusLabels[status];
  const icon = (color: string, child: ReactNode) => (
    <ThemeIcon size={18} radius="xl" variant="light" color={color} role="img" aria-label={label}>
      {child}
    </ThemeIcon>
  );
  if (status === 'running')
    return paused ? icon('yellow', <PauseIcon size={11} />) : <Loader size={18} aria-label={label} />;
  if (status === 'done') return icon('teal', <CheckIcon size={12} />);
  if (status === 'failed') return icon('red', <CrossIcon size={12} />);
  if (status === 'omitted') return icon('gray', <MinusIcon size={12} />);
  return icon('gray', status === 'skipped' ? <ChevronIcon size={12} /> : null);
}

/** What the second line says: progress and time left, or the key figure, or how long the stage will take, or that it waits. */
function Facts({ stage, expected, standIn }: Pick<LoopStageProps, 'stage' | 'expected' | 'standIn'>) {
  const { status, done, total, unit, seconds, secondsLeft } = stage;
  if (status === 'running') {
    const progress = total > 0 ? `${formatInteger(done)} / ${formatInteger(total)} ${unit}` : 'preparing…';
    const left = secondsLeft === null ? formatSeconds(seconds) : `${formatSeconds(secondsLeft)} left`;
    return (
      <>
        <Text size="xs" c="dimmed">
          {progress} · {left}
        </Text>
        <Progress
          value={total > 0 ? (100 * done) / total : 0}
          size="xs"
          mt={4}
          aria-label={`Progress of ${shortTitles[stage.kind]}`}
        />
      </>
    );
  }
  const figure = keyFigure(stage);
  const help = figure && figureHelp(figure);
  // The stage is a button, which can hold no other: the question mark with the same text is in the stage's details.
  return (
    <Tooltip label={help} disabled={!help} openDelay={400} position="bottom">
      <Text size="xs" c="dimmed">
        {figure ? (
          <>
            <Text span inherit fw={600} c="var(--mantine-color-text)">
              {figure.value}
            </Text>{' '}
            {figure.label}
          </>
        ) : (
          (standIn ?? waitingText(status, expected))
        )}
      </Text>
    </Tooltip>
  );
}

function waitingText(status: StageStatus, expected: number | null): string {
  if (status !== 'pending' || expected === null) return statusLabels[status];
  return expected < 5 ? 'a few seconds' : `≈ ${formatRoughly(expected)}`;
}

interface LoopStageProps {
  stage: StageState;
  /** Seconds that it will take while it waits; null where that is not known. */
  expected: number | null;
  /** What takes the stage's place; undefined when it is made as others are. */
  standIn: string | undefined;
  paused: boolean;
  shown: boolean;
  /** Whether an arrow leads here from the stage on the left. */
  follows: boolean;
  advice: readonly Advice[];
  /** What else is to be known of the stage, as an icon. */
  mark: ReactNode;
  onSelect(): void;
  onKeyDown(event: KeyboardEvent): void;
}

export function LoopStage({
  stage,
  expected,
  standIn,
  paused,
  shown,
  follows,
  advice,
  mark,
  onSelect,
  onKeyDown,
}: LoopStageProps) {
  const { id, kind, status, done, total } = stage;
  const isWaiting = status === 'pending' || status === 'omitted';
  return (
    <UnstyledButton
      onClick={onSelect}
      onKeyDown={onKeyDown}
      aria-pressed={shown}
      className={`${classes['stage']} ${follows ? classes['after'] : ''} figures`}
      data-testid={`stage-${id}`}
      data-status={status}
      data-done={done}
      data-total={total}
    >
      <Group gap={8} wrap="nowrap">
        <StatusIcon status={status} paused={paused} />
        <Text size="sm" fw={shown ? 600 : 500} flex={1} c={isWaiting ? 'dimmed' : undefined}>
          {shortTitles[kind]}
        </Text>
        {mark}
        {advice.length > 0 && (
          <Tooltip label={advice.map(({ title }) => title).join('. ')}>
            <ThemeIcon
              size={18}
              radius="xl"
              variant="light"
              color="yellow"
              role="img"
              aria-label={`Worth a look: ${advice.map(({ title }) => title).join('. ')}`}
            >
              <WarningIcon size={12} />
            </ThemeIcon>
          </Tooltip>
        )}
      </Group>
      <Facts stage={stage} expected={expected} standIn={standIn} />
    </UnstyledButton>
  );
}
