/** What all charts share: axis and grid looks, ticks as text, and a tooltip with a line for each value. */
import { Paper, Text } from '@mantine/core';
import { formatNumber } from '../primitives/format';

export const axis = {
  stroke: 'var(--studio-line)',
  tick: { fill: 'var(--mantine-color-dimmed)', fontSize: 11 },
  tickLine: false,
} as const;

export const axisLabel = (value: string, side: 'bottom' | 'left') => ({
  value,
  fill: 'var(--mantine-color-dimmed)',
  fontSize: 11,
  ...(side === 'bottom'
    ? ({ position: 'insideBottomRight', offset: -4 } as const)
    : ({ position: 'insideLeft', angle: -90, style: { textAnchor: 'middle' } } as const)),
});

export const gridStroke = 'var(--studio-line)';

/** -0.25 -> '−0.25', with the minus sign that tables have */
export const formatTick = (value: number): string => formatNumber(value, 3).replace(/^-/, '−');

export interface TooltipEntry {
  label: string;
  value: string;
  color: string;
  /** A square without it. */
  sign?: string;
}

export function ChartTooltip({ title, entries }: { title: string; entries: readonly TooltipEntry[] }) {
  return (
    <Paper p="xs" shadow="md">
      <Text size="xs" fw={600}>
        {title}
      </Text>
      {entries.map(({ label, value, color, sign = '■' }) => (
        <Text key={label} size="xs" className="figures">
          <span aria-hidden style={{ color }}>
            {sign}{' '}
          </span>
          {label}: <b>{value}</b>
        </Text>
      ))}
    </Paper>
  );
}
