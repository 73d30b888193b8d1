/** The curves' first and latest values as numbers; `data-value` holds each in full precision. */
import { Paper, Table, Text } from '@mantine/core';
import type { MetricPoint } from '../../../protocol/studio';
import { formatInteger, formatNumber } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';

interface LatestValuesProps {
  points: readonly MetricPoint[];
  names: readonly string[];
  /** Points that the page no longer holds. */
  forgotten: number;
}

interface Value {
  step: number;
  value: number;
}

function valueAt(point: MetricPoint | undefined, name: string): Value | undefined {
  const value = point?.values[name];
  return point && value !== undefined ? { step: point.step, value } : undefined;
}

const has = (name: string) => (point: MetricPoint) => point.values[name] !== undefined;

function ValueCell({ value, testId }: { value: Value | undefined; testId: string }) {
  return (
    <Table.Td
      ta="right"
      data-testid={testId}
      data-value={value?.value}
      data-step={value?.step}
      title={String(value?.value ?? '')}
    >
      {value ? formatNumber(value.value) : ''}
    </Table.Td>
  );
}

export function LatestValues({ points, names, forgotten }: LatestValuesProps) {
  const last = points.at(-1);
  return (
    <Paper component="section" aria-label="Values" p="sm">
      <Text size="sm" fw={600} mb={4} className="figures" data-testid="points-count" data-value={points.length}>
        Values at step {last?.step ?? 0}
        <Text span size="xs" c="dimmed" fw={400}>
          {` · ${formatInteger(points.length)} points`}
          {forgotten > 0 && `, ${formatInteger(forgotten)} older ones not shown`}
        </Text>
      </Text>
      <Table fz="sm" verticalSpacing={4} className="figures" data-testid="latest-values">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Metric</Table.Th>
            <Table.Th ta="right">First</Table.Th>
            <Table.Th ta="right">Latest</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {names.map((name) => (
            <Table.Tr key={name}>
              <Table.Td>
                {name} <HelpHint of={name} label={name} />
              </Table.Td>
              <ValueCell value={valueAt(points.find(has(name)), name)} testId={`metric-first-${name}`} />
              <ValueCell value={valueAt(points.findLast(has(name)), name)} testId={`metric-${name}`} />
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
