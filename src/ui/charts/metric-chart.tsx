/** One live line chart of a stage. Draws when the queue says so, from the curves as they then are; renders for nothing else. */
import { useElementSize, useInViewport, useMergedRef } from '@mantine/hooks';
import { memo, useCallback, useId, useMemo } from 'react';
import { useStore } from 'zustand';
import type { Curve } from '../../store/curve';
import { formatFigure } from '../primitives/metric-names';
import { ChartFrame } from './chart-frame';
import type { LegendEntry } from './chart-picture';
import type { ChartView } from './chart-view';
import type { DrawQueue } from './draw-queue';
import { areaOf, LinePlot, PLOT_HEIGHT } from './line-plot';
import type { MetricGroup } from './metric-groups';
import { metricCsv } from './metric-table';
import { earlierLook, layoutPlot, type EarlierRound } from './plot-layout';
import { PlotPointer } from './plot-pointer';
import { PlotReadout } from './plot-readout';
import styles from './plot.module.css';
import { readoutAt } from './readout';
import { useDrawing } from './use-drawing';

interface MetricChartProps {
  stageId: string;
  group: MetricGroup;
  curve: Curve;
  earlier: readonly EarlierRound[];
  view: ChartView;
  queue: DrawQueue;
}

function describe(group: MetricGroup, curve: Curve, view: ChartView): string {
  const step = curve.steps().at(-1) ?? 0;
  const values = readoutAt(group, curve, [], view.getState().settings, step);
  const texts = values.flatMap(({ label, value }) =>
    value === null ? [] : [`${label} ${formatFigure(group.kind, value)}`],
  );
  return `Line chart over steps. At step ${step}: ${texts.join(', ')}`;
}

function useCsv(props: MetricChartProps, rounds: readonly EarlierRound[]): () => string {
  const { group, stageId, curve } = props;
  return useCallback(
    () => metricCsv(group, [{ stage: stageId, curve }, ...rounds.map((round) => ({ ...round, stage: round.id }))]),
    [group, stageId, curve, rounds],
  );
}

const none: readonly EarlierRound[] = [];

/** Of a saved picture, which has no readout. */
function legendOf({ series }: MetricGroup, rounds: readonly EarlierRound[]): LegendEntry[] {
  const earlier = rounds.flatMap((round) =>
    series.map((line) => ({
      label: series.length > 1 ? `${round.label} · ${line.label}` : round.label,
      ...earlierLook(line, round),
    })),
  );
  return [...series, ...earlier];
}

export const MetricChart = memo(function MetricChart(props: MetricChartProps) {
  const { group, curve, earlier, view, queue } = props;
  const { ref: sized, width } = useElementSize();
  const { ref: watched, inViewport } = useInViewport();
  const ref = useMergedRef(sized, watched);
  useDrawing(queue, inViewport);
  const clipId = useId();
  const rounds = useStore(view, ({ settings }) => settings.earlier) ? earlier : none;
  const csv = useCsv(props, rounds);
  const legend = useMemo(() => legendOf(group, rounds), [group, rounds]);
  const { settings, zoom } = view.getState();
  const area = areaOf(width);
  const about = group.metric ?? group.series[0]?.metric ?? '';
  const plot = layoutPlot({ group, curve, earlier, settings, zoom, area });
  return (
    <ChartFrame
      title={group.title}
      unit={group.unit}
      legend={legend}
      description={describe(group, curve, view)}
      help={about}
      readout={<PlotReadout view={view} group={group} curve={curve} earlier={earlier} />}
      remark={plot.remark}
      csv={csv}
      testId={`chart-${about}`}
    >
      <div ref={ref} className={styles['plot']} style={{ height: PLOT_HEIGHT }}>
        {width > 0 && (
          <>
            <LinePlot
              plot={plot}
              area={area}
              width={width}
              axis={settings.axis}
              unit={group.unit}
              kind={group.kind}
              clipId={clipId}
            />
            <PlotPointer view={view} group={group} curve={curve} plot={plot} area={area} />
          </>
        )}
      </div>
    </ChartFrame>
  );
});
