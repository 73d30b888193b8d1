/** On a stage of the loop: the run waits before it, or will, or will stop after it. */
import { ThemeIcon, Tooltip } from '@mantine/core';
import { awaitsReview } from '../../../protocol/holds';
import type { RunState, StageState } from '../../../protocol/studio';
import { FlagIcon, HandIcon } from '../../primitives/icons';
import classes from './loop.module.css';

/** null where nothing holds the run. */
function holdText({ held, ...run }: RunState, stage: StageState): string | null {
  if (held?.before === stage.id) return 'The run waits for you before this stage';
  if (run.holds.stopAfter.includes(stage.id)) return 'The run stops after this stage';
  return stage.status === 'pending' && awaitsReview(run, stage) ? 'Waits for your review before it begins' : null;
}

export function HoldMark({ run, stage }: { run: RunState; stage: StageState }) {
  const text = holdText(run, stage);
  if (text === null) return null;
  const stops = run.holds.stopAfter.includes(stage.id);
  const color = run.held?.before === stage.id ? 'grape' : 'gray';
  return (
    <Tooltip label={text}>
      <span className={classes['mark']} role="img" aria-label={text}>
        <ThemeIcon size={18} radius="xl" variant="light" color={color}>
          {stops ? <FlagIcon size={12} /> : <HandIcon size={12} />}
        </ThemeIcon>
      </span>
    </Tooltip>
  );
}
