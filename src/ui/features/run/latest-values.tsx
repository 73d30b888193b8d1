/** The curves' first and latest values as numbers; `data-value` holds each in full precision. */
import { Paper, Table, Text } from '@mantine/core';
import { memo } from 'react';
import type { Curve } from '../../../store/curve';
import type { DrawQueue } from '../../charts/draw-queue';
import { useDrawing } from '../../charts/use-drawing';
import { formatInteger } from '../../primitives/format';
import { HelpHint } from '../../primitives/help-hint';
import { formatMetric, metricName } from '../../primitives/metric-names';

interface Value {
  step: number;
  value: number;
}

const isValue = (value: number) => !Number.isNaN(value);

/** The first and the latest value of a metric. */
function endsOf(curve: Curve, name: string): [Value | null, Value | null] {
  const values = curve.values(name);
  if (!values) return [null, null];
  const at = (index: number) => {
    const [step, value] = [curve.steps()[index], values[index]];
    return step === undefined || value === undefined ? null : { step, value };
  };
  return [at(values.findIndex(isValue)), at(values.findLastIndex(isValue))];
}

interface ValueCellProps {
  value: Value | null;
  name: string;
  testId: string;
}

function ValueCell({ value, name, testId }: ValueCellProps) {
  return (
    <Table.Td
      ta="right"
      data-testid={testId}
      data-value={value?.value}
      data-step={value?.step}
      title={String(value?.value ?? '')}
    >
      {value ? formatMetric(name, value.value) : ''}
    </Table.Td>
  );
}

const NameCell = memo(function NameCell({ name }: { name: string }) {
  const { label, unit, help } = metricName(name);
  return (
    <Table.Td>
      {label}
      {unit && (
        <Text span size="xs" c="dimmed">
          {` (${unit})`}
        </Text>
      )}{' '}
      {help !== null && <HelpHint of={help} label={label} />}
    </Table.Td>
  );
});

function MetricRow({ curve, name }: { curve: Curve; name: string }) {
  const [first, latest] = endsOf(curve, name);
  return (
    <Table.Tr>
      <NameCell name={name} />
      <ValueCell value={first} name={name} testId={`metric-first-${name}`} />
      <ValueCell value={latest} name={name} testId={`metric-${name}`} />
    </Table.Tr>
  );
}

/** Renders when the queue says so, as the charts do. */
export const LatestValues = memo(function LatestValues({ curve, queue }: { curve: Curve; queue: DrawQueue }) {
  useDrawing(queue);
  const { length, forgotten } = curve;
  return (
    <Paper component="section" aria-label="Values" p="sm">
      <Text size="sm" fw={600} mb={4} className="figures" data-testid="points-count" data-value={length}>
        Values at step {curve.steps().at(-1) ?? 0}
        <Text span size="xs" c="dimmed" fw={400}>
          {` · ${formatInteger(length)} points`}
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
          {curve.metrics.map((name) => (
            <MetricRow key={name} curve={curve} name={name} />
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
});
