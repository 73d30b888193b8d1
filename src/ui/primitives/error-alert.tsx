/** An error as it is shown everywhere: what, where (stage and step), and, where the kind of error tells, what to do. */
import { Alert, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ErrorShape } from '../../protocol/worker-error';
import { stageTitle } from './stage-title';
import { WarningIcon } from './icons';

/** What to do by kind of error; an InputError's own message says it already. */
const advice: Record<string, string> = {
  TrainingError:
    'Nothing wrong was written: finished stages are kept. Lower the learning rate or check the data, then continue or start again.',
  DeviceError:
    'Finished stages are kept. Close other pages that use the GPU, make the micro-batch or the maximal length smaller, then continue.',
  QuotaExceededError:
    'The browser has no more room for this page. Delete runs or models that are not needed, then continue.',
};

const internalAdvice = 'This is a fault of the studio. Finished stages are kept; reload the page and continue the run.';

function adviceFor({ name, message }: ErrorShape): string | undefined {
  return message.startsWith('internal:') ? internalAdvice : advice[name];
}

function place({ stage, step }: ErrorShape): string | null {
  const parts = [stage && stageTitle(stage), step !== undefined && `step ${step}`].filter(Boolean);
  return parts.length > 0 ? `In ${parts.join(', ')}` : null;
}

interface ErrorAlertProps {
  title: string;
  error: ErrorShape;
  action?: ReactNode;
  testId?: string;
}

export function ErrorAlert({ title, error, action, testId = 'error' }: ErrorAlertProps) {
  const where = place(error);
  const what = adviceFor(error);
  return (
    <Alert color="red" variant="light" title={title} icon={<WarningIcon />} role="alert" data-testid={testId}>
      <Stack gap={6}>
        {where && (
          <Text size="sm" fw={600}>
            {where}
          </Text>
        )}
        <Text size="sm" className="verbatim">
          {error.message}
        </Text>
        {error.cause && (
          <Text size="xs" c="dimmed" className="verbatim">
            Cause: {error.cause}
          </Text>
        )}
        {what && <Text size="sm">{what}</Text>}
        {action}
      </Stack>
    </Alert>
  );
}
