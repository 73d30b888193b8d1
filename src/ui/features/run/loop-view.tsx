/** The loop as rows: SFT and reward model, then a row a round. Stages are chosen by a click, Tab, or the arrow keys. */
import { Button, Group, Paper, Text } from '@mantine/core';
import { useRef, type KeyboardEvent } from 'react';
import { hasResult, isActive, isIncluded } from '../../../protocol/status';
import type { RunState } from '../../../protocol/run-state';
import type { RunTime } from '../../../store/run-time';
import { useStudio } from '../../app/studio-context';
import { formatAbout, formatSeconds, formatTimeAhead } from '../../primitives/format';
import { roundColor } from '../../primitives/model-colors';
import { useNow } from '../../primitives/use-now';
import { HoldMark } from './hold-mark';
import { LoopStage } from './loop-stage';
import classes from './loop.module.css';
import { sftStandIn } from './sft-stand-in';
import type { Advice } from './training-advice';

interface LoopViewProps {
  run: RunState;
  /** By stage. */
  advice: ReadonlyMap<string, readonly Advice[]>;
  shownId: string | undefined;
  /** True while the page shows whichever stage is at work or comes next. */
  following: boolean;
  time: RunTime;
}

const steps: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
};

/** How long the run takes on, and when it will be done; without an estimate what the stage at work says of itself. */
function timeLeft({ status, stages }: RunState, { total }: RunTime, now: number): string {
  const waiting = stages.filter((stage) => isIncluded(stage) && !hasResult(stage)).length;
  if (waiting === 0) return '';
  if (total !== null) {
    const end = status === 'running' ? `, done at about ${formatTimeAhead(now + 1000 * total, now)}` : '';
    return ` · ${formatAbout(total)} left${end}`;
  }
  const running = stages.find((stage) => stage.status === 'running');
  if (!running) return '';
  const left = running.secondsLeft === null ? '' : ` · ${formatSeconds(running.secondsLeft)} left of this stage`;
  return `${left}${waiting > 1 ? `, ${waiting - 1} more to come` : ''}`;
}

export function LoopView({ run, advice, shownId, following, time }: LoopViewProps) {
  const now = useNow();
  const select = useStudio((state) => state.selectStage);
  const grid = useRef<HTMLDivElement>(null);
  const rounds = [...new Set(run.stages.map(({ round }) => round))];
  const rows = rounds.map((round) => run.stages.filter((stage) => stage.round === round));
  const finished = run.stages.filter(hasResult).length;
  const included = run.stages.filter(isIncluded).length;
  const omitted = run.stages.length - included;

  const move = (event: KeyboardEvent) => {
    const step = steps[event.key];
    const id = document.activeElement?.getAttribute('data-testid')?.replace(/^stage-/, '');
    const row = rows.findIndex((stages) => stages.some((stage) => stage.id === id));
    if (!step || row < 0) return;
    const column = rows[row]?.findIndex((stage) => stage.id === id) ?? 0;
    const target = rows[row + step[0]]?.[column + step[1]];
    if (!target) return;
    event.preventDefault();
    grid.current?.querySelector<HTMLElement>(`[data-testid="stage-${target.id}"]`)?.focus();
    select(run.id, target.id);
  };

  return (
    <Paper component="section" aria-label="The loop" p="md" className={classes['frame']}>
      <Group justify="space-between" mb="xs" mih={26}>
        <Text size="sm" c="dimmed" className="figures" data-testid="stages-finished">
          {finished} of {included} stages finished{omitted > 0 && `, ${omitted} left out`}
          {timeLeft(run, time, now)}
        </Text>
        {!following && (isActive(run) || run.held !== null) && (
          <Button variant="subtle" size="compact-sm" onClick={() => select(run.id, null)}>
            Follow the run
          </Button>
        )}
      </Group>
      <div ref={grid} className={classes['loop']}>
        {rows.map((stages, row) => {
          const round = rounds[row] ?? 0;
          const name = round === 0 ? 'Start' : `Round ${round}`;
          return (
            <div key={round} role="group" aria-label={name} className={classes['round']}>
              <div className={classes['name']}>
                <span aria-hidden className={classes['dot']} style={{ background: roundColor(round) }} />
                <Text size="sm" fw={600}>
                  {name}
                </Text>
              </div>
              {stages.map((stage, column) => (
                <LoopStage
                  key={stage.id}
                  stage={stage}
                  expected={time.stages.get(stage.id) ?? null}
                  standIn={sftStandIn(stage, run)?.label}
                  paused={run.status === 'paused'}
                  shown={stage.id === shownId}
                  follows={column > 0 && stage.kind !== 'referee'}
                  advice={advice.get(stage.id) ?? []}
                  mark={<HoldMark run={run} stage={stage} />}
                  onSelect={() => select(run.id, stage.id)}
                  onKeyDown={move}
                />
              ))}
              {stages.length < 4 && (
                <span className={classes['rest']} style={{ gridColumn: `span ${4 - stages.length}` }} />
              )}
            </div>
          );
        })}
      </div>
    </Paper>
  );
}
