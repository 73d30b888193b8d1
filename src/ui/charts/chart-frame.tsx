/** A chart's frame: title, unit, help, legend, menu and the drawing itself, with a text for those who cannot see it. */
import { Group, Paper, Text } from '@mantine/core';
import { memo, useRef, type ReactNode, type RefObject } from 'react';
import { HelpHint } from '../primitives/help-hint';
import { ChartMenu } from './chart-menu';
import type { LegendEntry } from './chart-picture';
import { LegendMark } from './legend-mark';

/** `metric` is its name in the glossary, whose help stands beside the label. */
export type ChartLegend = readonly (LegendEntry & { metric?: string })[];

interface HeadProps {
  title: string;
  unit?: string | undefined;
  legend: ChartLegend;
  /** The metric that the help beside the title explains; none for one that the glossary does not know. */
  help?: string | undefined;
  /** The chart's numbers as the text of a CSV file (see toCsv), made when it is asked for. */
  csv?: (() => string) | undefined;
}

interface ChartFrameProps extends HeadProps {
  /** What the drawing shows, in words. */
  description: string;
  /** Shown in place of the legend; pictures have the legend all the same. */
  readout?: ReactNode;
  /** A remark below the title, such as why an axis is not as asked for. */
  remark?: string | null;
  testId?: string;
  children: ReactNode;
}

function Legend({ legend }: Pick<ChartFrameProps, 'legend'>) {
  return (
    <Group gap="sm" mb={4}>
      {legend.map(({ label, metric, color, sign, dash }) => (
        <Group key={label} gap={4} wrap="nowrap">
          <LegendMark color={color} sign={sign} dash={dash} />
          <Text size="xs" c="dimmed">
            {label}
          </Text>
          {metric !== undefined && <HelpHint of={metric} label={label} />}
        </Group>
      ))}
    </Group>
  );
}

/** Renders for other props only: a live chart draws several times a second. */
const Head = memo(function Head({
  title,
  unit,
  legend,
  help,
  csv,
  frame,
}: HeadProps & { frame: RefObject<HTMLElement | null> }) {
  return (
    <Group justify="space-between" mb={4} gap="xs" wrap="nowrap">
      <Group component="figcaption" gap={4} wrap="nowrap">
        <Text size="sm" fw={600}>
          {title}
          {unit && (
            <Text span size="xs" c="dimmed" fw={400}>
              {' '}
              ({unit})
            </Text>
          )}
        </Text>
        {help !== undefined && <HelpHint of={help} label={title} />}
      </Group>
      <ChartMenu frame={frame} title={unit ? `${title} (${unit})` : title} legend={legend} csv={csv} />
    </Group>
  );
});

export function ChartFrame({ description, readout, remark, testId, children, ...head }: ChartFrameProps) {
  const frame = useRef<HTMLElement>(null);
  const { title, legend } = head;
  return (
    <Paper component="figure" ref={frame} m={0} p="sm" aria-label={`${title}. ${description}`} data-testid={testId}>
      <Head {...head} frame={frame} />
      {readout ?? (legend.length > 1 && <Legend legend={legend} />)}
      {remark && (
        <Text size="xs" c="dimmed" mb={4}>
          {remark}
        </Text>
      )}
      <div data-drawing>{children}</div>
    </Paper>
  );
}
