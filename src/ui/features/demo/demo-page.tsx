/** What a newcomer sees first: what the studio does, in one picture, and the demo that shows it with one click. */
import { Anchor, Paper, Stack, Text, Title } from '@mantine/core';
import { hashOf } from '../../app/hash-location';
import { useStudio } from '../../app/studio-context';
import { NoGpu } from '../device/no-gpu';
import { DemoOffers } from './demo-offers';
import { LoopPicture } from './loop-picture';

export function DemoPage() {
  const deviceError = useStudio((state) => state.deviceError);
  if (deviceError) return <NoGpu error={deviceError} />;
  return (
    <Stack gap="lg" maw={1040} mx="auto" data-testid="demo-page">
      <div>
        <Title order={1} size="h2">
          Watch a small model get better
        </Title>
        <Text c="dimmed" maw={880} mt={4}>
          The demo aligns a model of one million parameters that answers questions about an invented town. Everything
          runs in this browser; nothing is fetched from elsewhere and nothing is uploaded.
        </Text>
      </div>
      <Paper p="lg">
        <LoopPicture />
      </Paper>
      <DemoOffers />
      <Text size="sm" c="dimmed">
        How is “better” measured? The right answers of this little world are known, so a built-in judge gives every
        answer a gold score. The reward model does not see it.
      </Text>
      <Text size="sm">
        Or go straight to{' '}
        <Anchor href={hashOf({ page: 'setup' })} underline="always">
          your own model and data
        </Anchor>
        .
      </Text>
    </Stack>
  );
}
