/** How long texts are: bars for each kind of text over shared bins, and the figures above them. */
import { Box, Group, Stack, Text } from '@mantine/core';
import type { LengthStatistics } from '../../../protocol/dataset';
import { formatCount, formatInteger, formatPercent } from '../../primitives/format';

const HEIGHT = 28;
const order = ['prompt', 'chosen', 'rejected', 'response', 'total'];

const titles: Readonly<Record<string, string>> = {
  prompt: 'Prompt',
  chosen: 'Chosen',
  rejected: 'Rejected',
  response: 'Response',
  total: 'Together',
};

function Bars({ name, statistics, bins }: { name: string; statistics: LengthStatistics; bins: number }) {
  const { counts, edges, count } = statistics;
  const highest = Math.max(...counts, 1);
  const label = `${titles[name] ?? name}: half are up to ${statistics.median}, nine in ten up to ${statistics.p90}, the longest ${statistics.max}`;
  return (
    <Group gap={2} align="flex-end" wrap="nowrap" h={HEIGHT} role="img" aria-label={label}>
      {Array.from({ length: bins }, (_, i) => {
        const value = counts[i] ?? 0;
        const range = `${formatInteger(edges[i] ?? 0)} to ${formatInteger(edges[i + 1] ?? 0)}`;
        const height = value === 0 ? 1 : Math.max(2, (value / highest) * HEIGHT);
        return (
          <Box
            key={i}
            flex={1}
            h={height}
            title={value === 0 ? undefined : `${range}: ${formatInteger(value)} (${formatPercent(value / count)})`}
            bg={value === 0 ? 'var(--studio-line)' : 'var(--mantine-primary-color-filled)'}
            style={{ borderRadius: 1 }}
          />
        );
      })}
    </Group>
  );
}

/** @param unit what is counted: characters or tokens */
function LengthHistograms({ lengths, unit }: { lengths: Record<string, LengthStatistics>; unit: string }) {
  const names = order.filter((name) => lengths[name]);
  const widest = names.map((name) => lengths[name]!).reduce((a, b) => (b.edges.length > a.edges.length ? b : a));
  const bins = widest.counts.length;
  const marks = [0, Math.floor(bins / 3), Math.floor((2 * bins) / 3)].map((i) => widest.edges[i] ?? 0);
  return (
    <Stack gap={6} data-testid={`lengths-${unit}`}>
      {names.map((name) => {
        const { median, p90, max } = lengths[name]!;
        return (
          <div key={name}>
            <Group justify="space-between" gap={0} style={{ columnGap: 8 }} mb={2}>
              <Text size="xs">{titles[name]}</Text>
              <Text size="xs" c="dimmed" className="figures" data-testid={`median-${name}-${unit}`} data-value={median}>
                half up to {formatInteger(median)}, 90% up to {formatInteger(p90)}, longest {formatInteger(max)}
              </Text>
            </Group>
            <Bars name={name} statistics={lengths[name]!} bins={bins} />
          </div>
        );
      })}
      <Group gap={0} wrap="nowrap" aria-hidden>
        {marks.map((mark, i) => (
          <Text key={i} size="xs" c="dimmed" flex={1}>
            {mark >= 1000 ? formatCount(mark) : mark}
            {i === 0 ? ` ${unit}` : ''}
          </Text>
        ))}
      </Group>
    </Stack>
  );
}

/** The histograms with a sentence above them. */
export function LengthSection({
  lengths,
  unit,
  children,
}: {
  lengths: Record<string, LengthStatistics>;
  unit: string;
  children?: string;
}) {
  if (Object.keys(lengths).length === 0) return null;
  return (
    <Stack gap={4} mt="xs">
      {children !== undefined && (
        <Text size="xs" c="dimmed">
          {children}
        </Text>
      )}
      <LengthHistograms lengths={lengths} unit={unit} />
    </Stack>
  );
}
