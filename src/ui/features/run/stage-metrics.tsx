/** A stage's charts and the table of its values. Drawn a few times a second at most, however fast the steps come. */
import { SimpleGrid } from '@mantine/core';
import { useThrottledValue } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import type { StageState } from '../../../protocol/run-state';
import type { StageMetrics as Metrics } from '../../../store/metrics';
import { useChartSettings } from '../../charts/chart-settings';
import { ChartToolbar } from '../../charts/chart-toolbar';
import { createChartView, type ChartView } from '../../charts/chart-view';
import { createDrawQueue, type DrawQueue } from '../../charts/draw-queue';
import { MetricChart } from '../../charts/metric-chart';
import { groupMetrics } from '../../charts/metric-groups';
import { placesOf } from '../../charts/plot-layout';
import { stageColor } from '../../primitives/model-colors';
import { useEarlierRounds } from './earlier-rounds';
import { LatestValues } from './latest-values';

const REDRAW_MS = 250;

/** Draws all charts again when the view or the curves, by identity, change. */
export function useDrawQueue(view: ChartView, metrics: object): DrawQueue {
  const [queue] = useState(() => createDrawQueue());
  useEffect(() => {
    const stop = view.subscribe((now, before) => {
      if (now.zoom !== before.zoom || now.settings !== before.settings) queue.invalidate();
    });
    return () => {
      stop();
      queue.stop();
    };
  }, [view, queue]);
  useEffect(() => queue.invalidate(), [queue, metrics]);
  return queue;
}

interface StageMetricsProps {
  runId: string;
  stage: Pick<StageState, 'id' | 'kind' | 'round'>;
  metrics: Metrics;
}

export function StageMetrics({ runId, stage, metrics }: StageMetricsProps) {
  const { id: stageId } = stage;
  const current = useThrottledValue(metrics, REDRAW_MS);
  const { curve } = current;
  const [settings, setSettings] = useChartSettings();
  const [view] = useState(() => createChartView(settings));
  const queue = useDrawQueue(view, current);
  const earlier = useEarlierRounds(runId, stageId);
  const timed = placesOf(curve, 'time') !== null;
  useEffect(() => {
    const axis = timed ? settings.axis : 'step';
    const zoom = view.getState().settings.axis === axis ? view.getState().zoom : null;
    view.setState({ settings: { ...settings, axis }, zoom });
  }, [view, settings, timed]);
  const names = curve.metrics.join('\n');
  const color = stageColor(stage);
  const groups = useMemo(() => groupMetrics(names.split('\n'), color), [names, color]);
  return (
    <>
      <ChartToolbar
        settings={settings}
        onChange={setSettings}
        view={view}
        timed={timed}
        hasEarlier={earlier.length > 0}
      />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        {groups.map((group) => (
          <MetricChart
            key={group.title}
            stageId={stageId}
            group={group}
            curve={curve}
            earlier={earlier}
            view={view}
            queue={queue}
          />
        ))}
      </SimpleGrid>
      <LatestValues curve={curve} queue={queue} />
    </>
  );
}
