/** What is stored in this browser. */
import { Stack, Title } from '@mantine/core';

export function ArtifactsPage() {
  return (
    <Stack>
      <Title order={2}>Artifacts</Title>
    </Stack>
  );
}
