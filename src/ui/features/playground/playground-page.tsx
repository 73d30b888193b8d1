/** Chat with one or two models of a run, side by side. */
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { hashOf } from '../../app/hash-location';
import { useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { AskField } from './ask-field';
import { ModelChoice } from './model-choice';
import { modelsOf } from './run-models';
import { SamplingFields } from './sampling-fields';
import { Turns } from './turns';
import { BlindSwitch } from './blind-switch';
import { VoteTally } from './vote-tally';

export function PlaygroundPage() {
  const runs = useStudio((state) => state.runs);
  const chosen = useStudio((state) => state.playgroundRunId);
  const turns = useStudio((state) => state.turns);
  const busy = useStudio((state) => state.askId !== null);
  const clear = useStudio((state) => state.clearTurns);
  const usable = runs.filter((run) => modelsOf(run).length > 1);
  const run = usable.find(({ id }) => id === chosen);
  return (
    <Stack data-testid="playground-page">
      <Group justify="space-between">
        <div>
          <Title order={1} size="h2">
            Playground
          </Title>
          <Text c="dimmed" size="sm">
            Ask two models of a run the same question. Everything stays on this computer.
          </Text>
        </div>
        {turns.length > 0 && (
          <Button variant="default" onClick={clear} disabled={busy}>
            New conversation
          </Button>
        )}
      </Group>
      {usable.length === 0 ? (
        <EmptyState
          title="No model to talk to yet"
          action={
            <Button component="a" href={hashOf({ page: 'demo' })} size="xs">
              See the demo
            </Button>
          }
        >
          As soon as a run has finished SFT, its models can be asked here.
        </EmptyState>
      ) : (
        <>
          <ModelChoice runs={usable} />
          {run && (
            <>
              <SamplingFields />
              <Group justify="space-between">
                <BlindSwitch />
                <VoteTally runId={run.id} />
              </Group>
              <Turns />
              <AskField run={run} />
            </>
          )}
        </>
      )}
    </Stack>
  );
}
