/** Makes a finished stage again, with the decisions about pairs that stand now, and all that depend on it. */
import { hasResult, isActive } from '../../../protocol/status';
import type { RunState, StageState } from '../../../protocol/run-state';
import { useCommands, useStudio } from '../../app/studio-context';
import { ConfirmButton } from '../../primitives/confirm-button';
import { stageTitle } from '../../primitives/stage-title';

export function RedoStage({ run, stage }: { run: RunState; stage: StageState }) {
  const commands = useCommands();
  const busy = useStudio(({ runs }) => runs.some(isActive));
  if (!hasResult(stage) || busy) return null;
  return (
    <ConfirmButton
      label="Make this stage again"
      question={`Make ${stageTitle(stage.id)} again?`}
      consequence="It and every stage that is made from it are computed again; their results so far are given up, also among the outputs. The same inputs give the same result bit by bit: it differs where decisions about pairs have changed since."
      confirmLabel="Make it again"
      onConfirm={() => void commands.attempt(() => commands.redoStage(run.id, stage.id))}
      variant="default"
      size="compact-sm"
      mt={8}
      testId="redo-stage"
    />
  );
}
