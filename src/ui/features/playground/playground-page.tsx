/** Chat with one or two models of a run or of the library, side by side. */
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { hashOf } from '../../app/hash-location';
import { useCommands, useStudio } from '../../app/studio-context';
import { EmptyState } from '../../primitives/empty-state';
import { NoGpu } from '../device/no-gpu';
import { AskBar } from './ask-bar';
import { BlindSwitch } from './blind-switch';
import { ExamplesPanel } from './examples-panel';
import { ModelChoice } from './model-choice';
import { SamplingFields } from './sampling-fields';
import { SourceChoice } from './source-choice';
import { listedSources, findSource, type ListedSource } from './sources';
import { Turns } from './turns';
import { useFollowEnd } from './use-follow-end';
import { usePlaygroundKeys } from './use-playground-keys';
import { VoteTally } from './vote-tally';

/** The field to ask in stands at the window's foot from the beginning. */
const wholeWindow = 'calc(100dvh - var(--app-shell-header-height, 0px) - var(--app-shell-padding))';

export function PlaygroundPage() {
  const runs = useStudio((state) => state.runs);
  const models = useStudio((state) => state.models);
  const deviceError = useStudio((state) => state.deviceError);
  const chosen = useStudio((state) => state.playgroundSource);
  const sources = listedSources(runs, models);
  const asked = findSource(sources, chosen);
  return (
    <Stack data-testid="playground-page" mih={wholeWindow} mb="calc(var(--app-shell-padding) * -1)">
      <Heading />
      {deviceError && <NoGpu error={deviceError} />}
      {sources.length === 0 ? (
        <NoModel />
      ) : (
        <>
          <Group gap="sm">
            <SourceChoice sources={sources} chosen={asked} />
            {asked && <ModelChoice asked={asked} />}
          </Group>
          {asked && <ConversationView asked={asked} />}
        </>
      )}
    </Stack>
  );
}

function NoModel() {
  return (
    <EmptyState
      title="No model to talk to yet"
      action={
        <Group gap="xs">
          <Button component="a" href={hashOf({ page: 'artifacts' })} size="xs" data-testid="playground-import">
            Import a model
          </Button>
          <Button component="a" href={hashOf({ page: 'demo' })} size="xs" variant="default">
            See the demo
          </Button>
        </Group>
      }
    >
      A model that you import can be asked here at once, also with an adapter made elsewhere; those of a run as soon as
      it has finished SFT.
    </EmptyState>
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

function ConversationView({ asked }: { asked: ListedSource }) {
  const hasTurns = useStudio((state) => state.turns.length > 0);
  const begun = useStudio((state) => state.askId);
  const { atEnd, goToEnd } = useFollowEnd(hasTurns, begun);
  usePlaygroundKeys();
  return (
    <>
      <SamplingFields />
      <Group justify="space-between">
        <BlindSwitch />
        {asked.kind === 'run' && <VoteTally runId={asked.run.id} />}
      </Group>
      <Stack flex={1} justify={hasTurns ? 'flex-start' : 'center'}>
        {hasTurns ? <Turns /> : <ExamplesPanel asked={asked} />}
      </Stack>
      <AskBar onNewest={hasTurns && !atEnd ? goToEnd : null} />
    </>
  );
}
