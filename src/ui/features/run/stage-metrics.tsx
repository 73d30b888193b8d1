/** A stage's charts and the table of its values. Redrawn a few times a second at most, however fast the steps come. */
import { SimpleGrid } from '@mantine/core';
import { useThrottledValue } from '@mantine/hooks';
import { useMemo } from 'react';
import type { MetricPoint } from '../../../protocol/studio';
import type { StageMetrics as Metrics } from '../../../store/metrics';
import { MetricChart } from '../../charts/metric-chart';
import { groupMetrics } from '../../charts/metric-groups';
import { thinPoints } from '../../charts/thin-points';
import { LatestValues } from './latest-values';

const REDRAW_MS = 250;
const DRAWN_POINTS = 600;

/** Names in the order of their first appearance. */
function namesOf(points: readonly MetricPoint[]): string[] {
  return [...new Set(points.flatMap(({ values }) => Object.keys(values)))];
}

export function StageMetrics({ metrics }: { metrics: Metrics }) {
  const current = useThrottledValue(metrics, REDRAW_MS);
  const points = useMemo(() => current.points.toArray(), [current]);
  const drawn = useMemo(() => thinPoints(points, DRAWN_POINTS), [points]);
  const names = useMemo(() => namesOf(drawn), [drawn]);
  const groups = useMemo(() => groupMetrics(names), [names]);
  return (
    <>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        {groups.map((group) => (
          <MetricChart key={group.title} group={group} points={drawn} />
        ))}
      </SimpleGrid>
      <LatestValues points={points} names={names} forgotten={current.points.forgotten} />
    </>
  );
}
