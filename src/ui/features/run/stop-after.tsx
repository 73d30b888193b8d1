/** Has the run stop after this stage, or takes that back. */
import { Button } from '@mantine/core';
import { stopProblem } from '../../../protocol/holds';
import type { RunState, StageState } from '../../../protocol/run-state';
import { useCommands } from '../../app/studio-context';
import { useElsewhere } from '../../primitives/use-elsewhere';

export function StopAfter({ run, stage }: { run: RunState; stage: StageState }) {
  const commands = useCommands();
  const elsewhere = useElsewhere(run.id);
  const marked = run.holds.stopAfter.includes(stage.id);
  if (elsewhere || (!marked && stopProblem(run, stage.id) !== null)) return null;
  return (
    <Button
      variant="default"
      size="compact-sm"
      mt={8}
      mr={8}
      onClick={() => void commands.attempt(() => commands.stopAfter(run.id, stage.id, !marked))}
      data-testid="stop-after"
      data-marked={marked}
    >
      {marked ? 'Do not stop after this stage' : 'Stop after this stage'}
    </Button>
  );
}
