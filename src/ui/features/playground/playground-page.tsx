/** Chat with the models of a run. */
import { Stack, Title } from '@mantine/core';

export function PlaygroundPage() {
  return (
    <Stack>
      <Title order={2}>Playground</Title>
    </Stack>
  );
}
