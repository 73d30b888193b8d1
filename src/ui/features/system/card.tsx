/** A titled card of the System page. */
import { Paper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface CardProps {
  title: string;
  /** One sentence about what is shown. */
  about?: string;
  testId: string;
  children: ReactNode;
}

export function Card({ title, about, testId, children }: CardProps) {
  return (
    <Paper component="section" aria-label={title} data-testid={testId}>
      <Title order={3} size="h5">
        {title}
      </Title>
      {about !== undefined && (
        <Text size="xs" c="dimmed" mb="xs">
          {about}
        </Text>
      )}
      {children}
    </Paper>
  );
}
