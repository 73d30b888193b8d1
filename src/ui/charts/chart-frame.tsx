/** A chart's frame: title, unit, legend and the drawing itself, with a text for those who cannot see it. */
import { Group, Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface ChartFrameProps {
  title: string;
  unit?: string;
  legend: readonly { label: string; color: string }[];
  /** What the drawing shows, in words. */
  description: string;
  testId?: string;
  children: ReactNode;
}

export function ChartFrame({ title, unit, legend, description, testId, children }: ChartFrameProps) {
  return (
    <Paper component="figure" m={0} p="sm" aria-label={`${title}. ${description}`} data-testid={testId}>
      <Group justify="space-between" mb={4} gap="xs" align="baseline">
        <Text component="figcaption" size="sm" fw={600}>
          {title}
          {unit && (
            <Text span size="xs" c="dimmed" fw={400}>
              {' '}
              ({unit})
            </Text>
          )}
        </Text>
        {legend.length > 1 && (
          <Group gap="sm">
            {legend.map(({ label, color }) => (
              <Group key={label} gap={4} wrap="nowrap">
                <span aria-hidden style={{ width: 10, height: 10, borderRadius: 2, background: color }} />
                <Text size="xs" c="dimmed">
                  {label}
                </Text>
              </Group>
            ))}
          </Group>
        )}
      </Group>
      {children}
    </Paper>
  );
}
