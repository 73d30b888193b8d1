/** How long texts are: one row of bars for each kind of text over shared bins, and the figures beside it. */
import { Box, Group, Stack, Table, Text } from '@mantine/core';
import type { LengthStatistics } from '../../../protocol/dataset';
import { formatCount, formatInteger, formatPercent } from '../../primitives/format';

const HEIGHT = 36;
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
export function LengthHistograms({ lengths, unit }: { lengths: Record<string, LengthStatistics>; unit: string }) {
  const names = order.filter((name) => lengths[name]);
  const widest = names.map((name) => lengths[name]!).reduce((a, b) => (b.edges.length > a.edges.length ? b : a));
  const bins = widest.counts.length;
  const marks = [0, Math.floor(bins / 3), Math.floor((2 * bins) / 3)].map((i) => widest.edges[i] ?? 0);
  return (
    <Table
      fz="xs"
      layout="fixed"
      withRowBorders={false}
      verticalSpacing={4}
      horizontalSpacing={6}
      data-testid={`lengths-${unit}`}
    >
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={76}>{unit === 'tokens' ? 'In tokens' : 'Characters'}</Table.Th>
          <Table.Th />
          <Table.Th w={62} ta="right">
            Half up to
          </Table.Th>
          <Table.Th w={56} ta="right">
            90% to
          </Table.Th>
          <Table.Th w={62} ta="right">
            Longest
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody className="figures">
        {names.map((name) => {
          const statistics = lengths[name]!;
          return (
            <Table.Tr key={name}>
              <Table.Td>{titles[name]}</Table.Td>
              <Table.Td>
                <Bars name={name} statistics={statistics} bins={bins} />
              </Table.Td>
              <Table.Td ta="right" data-testid={`median-${name}-${unit}`} data-value={statistics.median}>
                {formatInteger(statistics.median)}
              </Table.Td>
              <Table.Td ta="right">{formatInteger(statistics.p90)}</Table.Td>
              <Table.Td ta="right">{formatInteger(statistics.max)}</Table.Td>
            </Table.Tr>
          );
        })}
        <Table.Tr aria-hidden>
          <Table.Td />
          <Table.Td pt={0}>
            <Group gap={0} wrap="nowrap">
              {marks.map((mark, i) => (
                <Text key={i} size="xs" c="dimmed" flex={1}>
                  {mark >= 1000 ? formatCount(mark) : mark}
                </Text>
              ))}
            </Group>
          </Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
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
