/** Why a run stands still: its error with stage and step, or that it was cancelled or interrupted, and what to do. */
import { Alert } from '@mantine/core';
import type { InterruptionCause, RunState } from '../../../protocol/run-state';
import { ErrorAlert } from '../../primitives/error-alert';
import { NextStepButton } from './next-step-button';

const interruptions: Readonly<Record<InterruptionCause, string>> = {
  ended: 'The browser or its worker ended during this run.',
  included: 'An evaluation that was left out is to be made after all.',
  again: 'A finished stage is to be made again, with all that depend on it.',
  deleted: 'Results of this run were deleted.',
};

export function RunTrouble({ run }: { run: RunState }) {
  if (run.status === 'failed' && run.error) {
    return (
      <ErrorAlert title="The run stopped" error={run.error} action={<NextStepButton run={run} />} testId="run-error" />
    );
  }
  if (run.status === 'interrupted' && run.error) {
    return (
      <ErrorAlert
        title="The GPU could not go on"
        error={run.error}
        action={<NextStepButton run={run} />}
        testId="run-error"
      />
    );
  }
  if (run.status === 'interrupted') {
    return (
      <Alert color="orange" title="Interrupted" role="status">
        {run.interruptedBy && `${interruptions[run.interruptedBy]} `}
        Finished stages are kept; “Continue” makes the others.
      </Alert>
    );
  }
  if (run.status === 'cancelled') {
    return (
      <Alert color="gray" title="Cancelled" role="status">
        Finished stages and their outputs are kept; “Continue” goes on after the last of them.
      </Alert>
    );
  }
  return null;
}
