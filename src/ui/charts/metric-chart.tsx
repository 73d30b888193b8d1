/** One live line chart of a stage. Draws when the queue says so, from the curves as they then are; renders for nothing else. */
import { useElementSize } from '@mantine/hooks';
import { memo, useEffect, useId, useReducer } from 'react';
import { flushSync } from 'react-dom';
import type { Curve } from '../../store/curve';
import { formatNumber } from '../primitives/format';
import { ChartFrame } from './chart-frame';
import type { ChartView } from './chart-view';
import type { DrawQueue } from './draw-queue';
import { areaOf, LinePlot, PLOT_HEIGHT } from './line-plot';
import type { MetricGroup } from './metric-groups';
import { metricCsv } from './metric-table';
import { layoutPlot, type EarlierRound } from './plot-layout';
import { PlotPointer } from './plot-pointer';
import { PlotReadout } from './plot-readout';
import styles from './plot.module.css';
import { readoutAt } from './readout';

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
  const texts = values.flatMap(({ label, value }) => (value === null ? [] : [`${label} ${formatNumber(value)}`]));
  return `Line chart over steps. At step ${step}: ${texts.join(', ')}`;
}

/** Renders again, at once, whenever the queue draws this chart. */
function useDrawing(queue: DrawQueue): void {
  const [, draw] = useReducer((version: number) => version + 1, 0);
  useEffect(() => queue.add(() => flushSync(draw)), [queue]);
}

export const MetricChart = memo(function MetricChart(props: MetricChartProps) {
  const { stageId, group, curve, earlier, view, queue } = props;
  useDrawing(queue);
  const { ref, width } = useElementSize();
  const clipId = useId();
  const { settings, zoom } = view.getState();
  const area = areaOf(width);
  const plot = layoutPlot({ group, curve, earlier, settings, zoom, area });
  const rounds = settings.earlier ? earlier : [];
  const csv = () =>
    metricCsv(group, [{ stage: stageId, curve }, ...rounds.map(({ id, ...round }) => ({ stage: id, ...round }))]);
  return (
    <ChartFrame
      title={group.title}
      unit={group.unit}
      legend={[...group.series, ...rounds]}
      description={describe(group, curve, view)}
      help={group.series[0]?.metric ?? ''}
      readout={<PlotReadout view={view} group={group} curve={curve} earlier={earlier} />}
      remark={plot.remark}
      csv={csv}
      testId={`chart-${group.series[0]?.metric ?? ''}`}
    >
      <div ref={ref} className={styles['plot']} style={{ height: PLOT_HEIGHT }}>
        {width > 0 && (
          <>
            <LinePlot plot={plot} area={area} width={width} axis={settings.axis} unit={group.unit} clipId={clipId} />
            <PlotPointer view={view} group={group} curve={curve} plot={plot} area={area} />
          </>
        )}
      </div>
    </ChartFrame>
  );
});
