/** The training curves of a stage of the compared runs, laid over each other by their steps. */
import { Group, Select, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useThrottledValue } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { RunState } from '../../../protocol/run-state';
import { metricsKey, type StageMetrics } from '../../../store/metrics';
import { useStudio } from '../../app/studio-context';
import { useChartSettings } from '../../charts/chart-settings';
import { ChartToolbar } from '../../charts/chart-toolbar';
import { createChartView } from '../../charts/chart-view';
import { MetricChart } from '../../charts/metric-chart';
import { stageTitle } from '../../primitives/stage-title';
import { useDrawQueue } from '../run/stage-metrics';
import { comparedStages, curveGroup, curveMeasures, mergedCurve } from './run-curves';

/** The curves are merged anew when one of them grows; that of a run in progress does so many times a second. */
const REDRAW_MS = 1000;
const none: readonly never[] = [];

interface StageCurvesProps {
  runs: readonly RunState[];
  /** By run, all different. */
  names: readonly string[];
}

function Charts({ runs, names, stageId }: StageCurvesProps & { stageId: string }) {
  const newest = useStudio(
    useShallow(({ metrics }) => runs.map(({ id }): StageMetrics | null => metrics[metricsKey(id, stageId)] ?? null)),
  );
  const stages = useThrottledValue(newest, REDRAW_MS);
  const key = names.join('\n');
  const charts = useMemo(() => {
    const curves = stages.map((stage) => stage?.curve ?? null);
    const labels = key.split('\n');
    return curveMeasures.flatMap((measure) => {
      const merged = mergedCurve(measure, curves, labels);
      return merged ? [{ curve: merged.curve, group: curveGroup(measure, merged, labels) }] : [];
    });
  }, [stages, key]);
  const [settings, setSettings] = useChartSettings();
  const [view] = useState(() => createChartView({ ...settings, axis: 'step' }));
  const queue = useDrawQueue(view, charts);
  useEffect(() => view.setState({ settings: { ...settings, axis: 'step' } }), [view, settings]);
  return (
    <>
      <ChartToolbar settings={settings} onChange={setSettings} view={view} timed={null} hasEarlier={false} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        {charts.map(({ group, curve }) => (
          <MetricChart
            key={group.title}
            stageId={stageId}
            group={group}
            curve={curve}
            earlier={none}
            view={view}
            queue={queue}
          />
        ))}
      </SimpleGrid>
    </>
  );
}

export function StageCurves({ runs, names }: StageCurvesProps) {
  const withCurves = useStudio(
    useShallow(({ metrics }) =>
      comparedStages(runs, (runId, id) => (metrics[metricsKey(runId, id)]?.curve.length ?? 0) > 0).map(({ id }) => id),
    ),
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const stageId = withCurves.find((id) => id === chosen) ?? withCurves.at(-1);
  return (
    <Stack component="section" aria-label="Training curves" data-testid="compare-curves">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Training curves
        </Title>
        {withCurves.length > 0 && (
          <Select
            size="xs"
            w={220}
            aria-label="Stage"
            data={withCurves.map((id) => ({ value: id, label: stageTitle(id) }))}
            value={stageId ?? null}
            allowDeselect={false}
            onChange={setChosen}
            data-testid="compare-stage"
          />
        )}
      </Group>
      {stageId === undefined ? (
        <Text c="dimmed">None of these runs has trained yet.</Text>
      ) : (
        <Charts key={stageId} runs={runs} names={names} stageId={stageId} />
      )}
    </Stack>
  );
}
