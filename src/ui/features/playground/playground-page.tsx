/** Chat with one or two models of a run, side by side. */
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { RunState } from '../../../protocol/studio';
import { hashOf } from '../../app/hash-location';
import { useCommands, useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { NoGpu } from '../device/no-gpu';
import { AskBar } from './ask-bar';
import { BlindSwitch } from './blind-switch';
import { ExamplesPanel } from './examples-panel';
import { ModelChoice } from './model-choice';
import { modelsOf } from './run-models';
import { SamplingFields } from './sampling-fields';
import { Turns } from './turns';
import { useFollowEnd } from './use-follow-end';
import { usePlaygroundKeys } from './use-playground-keys';
import { VoteTally } from './vote-tally';

/** The field to ask in stands at the window's foot from the beginning. */
const wholeWindow = 'calc(100dvh - var(--app-shell-header-height, 0px) - var(--app-shell-padding))';

export function PlaygroundPage() {
  const runs = useStudio((state) => state.runs);
  const deviceError = useStudio((state) => state.deviceError);
  const chosen = useStudio((state) => state.playgroundRunId);
  const usable = runs.filter((run) => modelsOf(run).length > 1);
  const run = usable.find(({ id }) => id === chosen);
  return (
    <Stack data-testid="playground-page" mih={wholeWindow} mb="calc(var(--app-shell-padding) * -1)">
      <Heading />
      {deviceError && <NoGpu error={deviceError} />}
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
          {run && <ConversationView run={run} />}
        </>
      )}
    </Stack>
  );
}

function Heading() {
  const hasTurns = useStudio((state) => state.turns.length > 0);
  const busy = useStudio((state) => state.askId !== null);
  const clear = useStudio((state) => state.clearTurns);
  const { newConversation } = useCommands();
  return (
    <Group justify="space-between">
      <div>
        <Title order={1} size="h2">
          Playground
        </Title>
        <Text c="dimmed" size="sm">
          Give two models the same prompt and compare their responses. Everything stays on this computer.
        </Text>
      </div>
      {hasTurns && (
        <Button variant="default" onClick={() => newConversation(clear)} disabled={busy} data-testid="new-conversation">
          New conversation
        </Button>
      )}
    </Group>
  );
}

function ConversationView({ run }: { run: RunState }) {
  const hasTurns = useStudio((state) => state.turns.length > 0);
  const begun = useStudio((state) => state.askId);
  const { atEnd, goToEnd } = useFollowEnd(hasTurns, begun);
  usePlaygroundKeys();
  return (
    <>
      <SamplingFields />
      <Group justify="space-between">
        <BlindSwitch />
        <VoteTally runId={run.id} />
      </Group>
      <Stack flex={1} justify={hasTurns ? 'flex-start' : 'center'}>
        {hasTurns ? <Turns /> : <ExamplesPanel run={run} />}
      </Stack>
      <AskBar onNewest={hasTurns && !atEnd ? goToEnd : null} />
    </>
  );
}
