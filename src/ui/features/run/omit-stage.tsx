/** Leaves an evaluation out that is not made yet, or takes that back. Training does not depend on evaluations, so nothing else changes. */
import { Button } from '@mantine/core';
import type { RunState, StageState } from '../../../protocol/run-state';
import { useCommands } from '../../app/studio-context';
import { ConfirmButton } from '../../primitives/confirm-button';
import { stageTitle } from '../../primitives/stage-title';
import { useElsewhere } from '../../primitives/use-elsewhere';

function lossOf({ round }: StageState): string {
  if (round === 0) return 'Base model and SFT are not compared until this evaluation is included again.';
  return 'There are no win rates, KL and gold scores for this round until its evaluation is included again or that of a later round is made.';
}

export function OmitStage({ run, stage }: { run: RunState; stage: StageState }) {
  const commands = useCommands();
  const elsewhere = useElsewhere(run.id);
  if (elsewhere) return null;
  if (stage.status === 'omitted') {
    return (
      <Button
        variant="default"
        size="compact-sm"
        mt={8}
        onClick={() => void commands.attempt(() => commands.includeStage(run.id, stage.id))}
        data-testid="include-stage"
      >
        Evaluate after all
      </Button>
    );
  }
  if (stage.kind !== 'evaluate' || (stage.status !== 'pending' && stage.status !== 'failed')) return null;
  return (
    <ConfirmButton
      label="Leave this evaluation out"
      question={`Leave out ${stageTitle(stage.id)}?`}
      consequence={`${lossOf(stage)} Training goes on the same.`}
      confirmLabel="Leave it out"
      onConfirm={() => void commands.attempt(() => commands.omitStage(run.id, stage.id))}
      variant="default"
      size="compact-sm"
      mt={8}
      testId="omit-stage"
    />
  );
}
