/** Says which run keeps the models from being asked, and offers what can be done about it. */
import { Anchor, Group, Text } from '@mantine/core';
import type { RunState } from '../../../protocol/run-state';
import { hashOf } from '../../app/hash-location';
import { useCommands } from '../../app/studio-context';
import { ConfirmButton } from '../../primitives/confirm-button';
import { useElsewhere } from '../../primitives/use-elsewhere';
import { blockedWords, cancelConsequence } from './blocked-words';

export function GpuTaken({ run }: { run: RunState }) {
  const { attempt, cancelRun } = useCommands();
  const elsewhere = useElsewhere(run.id);
  return (
    <Group gap="sm" justify="space-between" data-testid="gpu-taken">
      <Text size="sm" role="status" flex="1 1 320px">
        {blockedWords(run)}
      </Text>
      <Group gap="sm">
        <Anchor size="sm" underline="always" href={hashOf({ page: 'run', runId: run.id, tab: 'progress' })}>
          Open the run
        </Anchor>
        {!elsewhere && (
          <ConfirmButton
            label="Cancel the run"
            question={`Cancel “${run.name}”?`}
            consequence={cancelConsequence}
            confirmLabel="Cancel the run"
            onConfirm={() => void attempt(() => cancelRun(run.id))}
            variant="default"
            size="xs"
            testId="playground-cancel-run"
          />
        )}
      </Group>
    </Group>
  );
}
