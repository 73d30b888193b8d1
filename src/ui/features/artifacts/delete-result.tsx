/** Deletes what a stage of a run made, with all that was made from it, after a question; not while a run is at work. */
import { isActive } from '../../../protocol/status';
import { useCommands, useStudio } from '../../app/studio-context';
import { ConfirmButton } from '../../primitives/confirm-button';
import { stageTitle } from '../../primitives/stage-title';
import type { ArtifactRow } from './artifact-rows';

export function DeleteResult({ row: { name, stage, runs, sharedWith } }: { row: ArtifactRow }) {
  const { attempt, deleteResult } = useCommands();
  const busy = useStudio((state) => state.runs.some(isActive));
  const [run] = runs;
  if (stage === null || !run) return null;
  const others = sharedWith.length === 0 ? '' : ' Files that other runs have too stay for them.';
  return (
    <ConfirmButton
      label="Delete"
      ariaLabel={`Delete ${name} of ${run.name}`}
      question={`Delete ${name} of “${run.name}”?`}
      consequence={`The result of the stage “${stageTitle(stage)}” goes, and with it everything that the run made from it.${others} “Continue”, on the run’s page, makes them again.`}
      confirmLabel="Delete"
      onConfirm={() => void attempt(() => deleteResult(run.id, stage))}
      variant="default"
      size="compact-sm"
      disabled={busy}
      testId="delete-result"
    />
  );
}
