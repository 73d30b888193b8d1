/** The three ways to run the demo, each with what it does and how long it takes; progress and errors of the one pressed. */
import { Button, Group, Loader, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { isActive } from '../../../protocol/status';
import type { DemoName, DemoStep } from '../../../store/demo';
import { useCommands, useStudio } from '../../app/studio-context';
import { ErrorAlert } from '../../primitives/error-alert';
import { PlayIcon } from '../../primitives/icons';

interface Offer {
  demo: DemoName;
  button: string;
  time: string;
  text: string;
}

const offers: readonly Offer[] = [
  {
    demo: 'demo',
    button: 'Run the demo',
    time: 'about 10 minutes without a GPU, less with one',
    text: 'SFT, a reward model and three rounds. On questions the model was not trained on, its true quality rises.',
  },
  {
    demo: 'demo-quick',
    button: 'Quick demo',
    time: 'about 2 minutes without a GPU',
    text: 'The same loop on less data with two rounds: every stage in brief, too short for a sure gain.',
  },
  {
    demo: 'demo-push',
    button: 'Push too far',
    time: 'about 5 minutes without a GPU',
    text: 'Trains harder than is good: the reward goes on rising while the true quality does not, and the page warns.',
  },
];

const stepTexts: Readonly<Record<DemoStep, string>> = {
  fetch: 'Reading the demo’s files…',
  import: 'Checking model and data…',
  start: 'Starting the run…',
};

/** Why none of the demos can be started now. */
function useObstacle(): string | null {
  const busy = useStudio(({ runs }) => runs.some(isActive));
  const lost = useStudio(({ connection }) => connection === 'lost');
  if (lost) return 'The studio’s worker is not there; reload the page.';
  return busy ? 'Another run is in progress; wait for it or cancel it.' : null;
}

function OfferCard({ offer, obstacle }: { offer: Offer; obstacle: string | null }) {
  const commands = useCommands();
  const progress = useStudio((state) => state.demo);
  const preparing = progress !== null && progress.error === null;
  return (
    <Paper component="section" aria-label={offer.button} h="100%">
      <Stack gap="sm" h="100%">
        <Text size="sm">{offer.text}</Text>
        <Text size="xs" c="dimmed">
          Takes {offer.time}.
        </Text>
        <Stack gap={6} mt="auto">
          {preparing && progress.demo === offer.demo && (
            <Group gap="xs" role="status" data-testid="demo-progress">
              <Loader size={14} aria-hidden />
              <Text size="sm">{stepTexts[progress.step]}</Text>
            </Group>
          )}
          <Button
            variant={offer.demo === 'demo' ? 'filled' : 'default'}
            leftSection={<PlayIcon size={16} />}
            disabled={obstacle !== null || preparing}
            onClick={() => void commands.runDemo(offer.demo)}
            data-testid={`run-${offer.demo}`}
          >
            {offer.button}
          </Button>
        </Stack>
      </Stack>
    </Paper>
  );
}

export function DemoOffers() {
  const obstacle = useObstacle();
  const error = useStudio((state) => state.demo?.error ?? null);
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
        {offers.map((offer) => (
          <OfferCard key={offer.demo} offer={offer} obstacle={obstacle} />
        ))}
      </SimpleGrid>
      {obstacle && (
        <Text size="sm" role="status" data-testid="demo-obstacle">
          {obstacle}
        </Text>
      )}
      {error && <ErrorAlert title="The demo could not be started" error={error} testId="demo-error" />}
    </Stack>
  );
}
