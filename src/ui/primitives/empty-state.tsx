/** What a place shows while it has nothing to show: why, and what will fill it. */
import { Paper, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <Paper p="xl" bg="transparent" style={{ borderStyle: 'dashed' }}>
      <Stack align="center" gap="xs" py="lg">
        <Text fw={600}>{title}</Text>
        <Text c="dimmed" size="sm" ta="center" maw={480}>
          {children}
        </Text>
        {action}
      </Stack>
    </Paper>
  );
}
