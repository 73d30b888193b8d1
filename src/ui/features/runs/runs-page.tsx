/** All runs of this browser; before the first one, what a run is and the demo. */
import { Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { hashOf } from '../../app/hash-location';
import { useStudio } from '../../app/studio-context';
import { PlusIcon } from '../../primitives/icons';
import { DemoOffers } from '../demo/demo-offers';
import { LoopPicture } from '../demo/loop-picture';
import { RunsList } from './runs-list';

function NewRunButton() {
  return (
    <Button component="a" href={hashOf({ page: 'setup' })} leftSection={<PlusIcon size={14} />}>
      New run
    </Button>
  );
}

/** The loop in one picture and the demo, for who has not run anything yet. */
function NoRuns() {
  const loaded = useStudio((state) => state.loaded);
  if (!loaded) return <Text c="dimmed">Loading…</Text>;
  return (
    <Stack gap="lg" maw={1040} data-testid="no-runs">
      <Text c="dimmed" maw={760}>
        No runs yet. A run aligns a model in this loop; it is kept in this browser with its adapters, pairs and curves,
        also when the browser is closed in the middle of one.
      </Text>
      <Paper p="lg">
        <LoopPicture />
      </Paper>
      <DemoOffers />
    </Stack>
  );
}

function DemoHint() {
  return (
    <Text size="sm" c="dimmed">
      New to this? The{' '}
      <Anchor href={hashOf({ page: 'demo' })} inherit underline="always" data-testid="demo-hint">
        demo
      </Anchor>{' '}
      aligns a tiny model in a few minutes.
    </Text>
  );
}

export function RunsPage() {
  const runs = useStudio((state) => state.runs);
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          Runs
        </Title>
        <NewRunButton />
      </Group>
      {runs.length === 0 ? (
        <NoRuns />
      ) : (
        <>
          <RunsList runs={runs} />
          <DemoHint />
        </>
      )}
    </Stack>
  );
}
