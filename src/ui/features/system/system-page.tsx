/** The GPU, its engine, and what it does. */
import { Stack, Title } from '@mantine/core';

export function SystemPage() {
  return (
    <Stack>
      <Title order={2}>System</Title>
    </Stack>
  );
}
