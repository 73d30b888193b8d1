/** Names and values side by side, wrapping where there is little room. */
import { Group, Text } from '@mantine/core';

export function FactList({ facts, testId }: { facts: readonly (readonly [string, string])[]; testId?: string }) {
  return (
    <Group gap="sm" style={{ columnGap: 24 }} component="dl" m={0} data-testid={testId}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" m={0} className="figures">
            {value}
          </Text>
        </div>
      ))}
    </Group>
  );
}
