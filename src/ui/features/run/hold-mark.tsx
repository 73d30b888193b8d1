/** On a stage of the loop: the run waits before it, or will, or will stop after it. */
import { ThemeIcon, Tooltip } from '@mantine/core';
import { awaitsReview } from '../../../protocol/holds';
import type { RunState, StageState } from '../../../protocol/run-state';
import { FlagIcon, HandIcon } from '../../primitives/icons';
import classes from './loop.module.css';

/** Why the run stops here, now or later; empty where nothing holds it. */
function reasons({ held, ...run }: RunState, stage: StageState): string[] {
  const waits = held?.before === stage.id;
  const willWait = !waits && stage.status === 'pending' && awaitsReview(run, stage);
  return [
    ...(waits ? ['The run waits for you before this stage'] : []),
    ...(willWait ? ['Waits for your review before it begins'] : []),
    ...(run.holds.stopAfter.includes(stage.id) ? ['The run stops after this stage'] : []),
  ];
}

export function HoldMark({ run, stage }: { run: RunState; stage: StageState }) {
  const found = reasons(run, stage);
  if (found.length === 0) return null;
  const text = `${found.join('. ')}.`;
  const waits = run.held?.before === stage.id;
  const stops = !waits && run.holds.stopAfter.includes(stage.id);
  return (
    <Tooltip label={text}>
      <span className={classes['mark']} role="img" aria-label={text}>
        <ThemeIcon size={18} radius="xl" variant="light" color={waits ? 'grape' : 'gray'}>
          {stops ? <FlagIcon size={12} /> : <HandIcon size={12} />}
        </ThemeIcon>
      </span>
    </Tooltip>
  );
}
