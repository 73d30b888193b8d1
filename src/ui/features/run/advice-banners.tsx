/** A stage's advice in plain words. */
import { Alert, Stack, Text } from '@mantine/core';
import type { Advice } from './training-advice';

export function AdviceBanners({ advice }: { advice: readonly Advice[] }) {
  if (advice.length === 0) return null;
  return (
    <Stack gap="xs">
      {advice.map(({ id, title, meaning, remedy }) => (
        <Alert key={id} color="yellow" title={title} role="status" data-testid={`advice-${id}`}>
          <Text size="sm">{meaning}</Text>
          <Text size="sm" mt={4}>
            <b>What to do:</b> {remedy}
          </Text>
        </Alert>
      ))}
    </Stack>
  );
}
