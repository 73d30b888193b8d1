/** The button below an error that stopped a run: what to do next. */
import { Button, Group } from '@mantine/core';
import type { RunState } from '../../../protocol/run-state';
import { hashOf } from '../../app/hash-location';
import { useCommands } from '../../app/studio-context';
import { nextStep } from './next-step';
import { ContinueButton } from './run-controls';

export function NextStepButton({ run }: { run: RunState }) {
  const commands = useCommands();
  const step = run.error && nextStep(run.error);
  if (step === null) return null;
  return (
    <Group mt={4}>
      {step === 'continue' && <ContinueButton run={run} size="xs" testId="error-continue" />}
      {step === 'artifacts' && (
        <Button component="a" href={hashOf({ page: 'artifacts' })} size="xs" variant="default" data-testid="error-room">
          Open Artifacts
        </Button>
      )}
      {step === 'recipe' && (
        <Button size="xs" variant="default" onClick={() => commands.duplicateRun(run.id)} data-testid="error-recipe">
          Change the recipe
        </Button>
      )}
    </Group>
  );
}
