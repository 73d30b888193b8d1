/** GPU memory of the run that worked last, by category over time. */
import { Text } from '@mantine/core';
import { memo } from 'react';
import { Area, AreaChart, CartesianGrid, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { memoryTotal } from '../../../protocol/memory';
import type { MemoryTimeline } from '../../../protocol/system';
import { ChartFrame } from '../../charts/chart-frame';
import { axis, axisLabel, ChartTooltip, gridStroke } from '../../charts/chart-parts';
import { formatBytes, formatSeconds } from '../../primitives/format';
import { memoryEntries, swatchOf } from '../../primitives/memory-bar';
import { stageTitle } from '../../primitives/stage-title';
import { Card } from './card';
import {
  budgetLine,
  peakText,
  timelineCategories,
  timelineCsv,
  timelineDescription,
  timelineRows,
  type TimelineRow,
} from './memory-timeline';

const title = 'GPU memory over time';

const lineLabel = (value: string) =>
  ({ value, position: 'insideBottomRight', fill: 'var(--mantine-color-dimmed)', fontSize: 11 }) as const;

function SampleTooltip({ row }: { row: TimelineRow | undefined }) {
  if (!row) return null;
  const { seconds, stage, held } = row;
  const entries = memoryEntries(held).map(([category, bytes]) => ({
    label: category,
    value: formatBytes(bytes),
    color: swatchOf(category),
  }));
  const at = `${formatSeconds(seconds)}${stage === null ? '' : `, ${stageTitle(stage)}`}`;
  return <ChartTooltip title={`${at}: ${formatBytes(memoryTotal(held))}`} entries={entries} />;
}

function Drawing({ timeline }: { timeline: MemoryTimeline }) {
  const categories = timelineCategories(timeline);
  const budget = budgetLine(timeline);
  const { peak } = timeline;
  return (
    <ResponsiveContainer width="100%" height={240}>
      <AreaChart data={timelineRows(timeline)} margin={{ top: 12, right: 16, bottom: 12, left: 4 }}>
        <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" vertical={false} />
        <XAxis
          dataKey="seconds"
          type="number"
          domain={['dataMin', 'dataMax']}
          tickFormatter={formatSeconds}
          {...axis}
          label={axisLabel('time', 'bottom')}
        />
        <YAxis
          width={70}
          domain={[0, Math.max(peak.bytes, budget ?? 0)]}
          tickFormatter={formatBytes}
          {...axis}
          label={axisLabel('bytes held', 'left')}
        />
        <Tooltip
          isAnimationActive={false}
          content={({ active, payload }) =>
            active ? <SampleTooltip row={payload[0]?.payload as TimelineRow | undefined} /> : null
          }
        />
        {categories.map((category) => (
          <Area
            key={category}
            dataKey={`held.${category}`}
            name={category}
            stackId="held"
            type="stepAfter"
            stroke={swatchOf(category)}
            fill={swatchOf(category)}
            fillOpacity={0.5}
            isAnimationActive={false}
          />
        ))}
        <ReferenceLine
          y={peak.bytes}
          stroke="var(--mantine-color-dimmed)"
          strokeDasharray="4 3"
          label={lineLabel('peak')}
        />
        {budget !== null && (
          <ReferenceLine y={budget} stroke="var(--mantine-color-red-6)" label={lineLabel('budget')} />
        )}
      </AreaChart>
    </ResponsiveContainer>
  );
}

/** The report comes every few seconds; a timeline without a new sample is not drawn again. */
const MemoryTimelineFigure = memo(
  function MemoryTimelineFigure({ timeline, runName }: { timeline: MemoryTimeline; runName: string | undefined }) {
    const categories = timelineCategories(timeline);
    return (
      <ChartFrame
        title={title}
        unit="by category"
        legend={categories.map((category) => ({ label: category, color: swatchOf(category) }))}
        description={timelineDescription(timeline)}
        remark={`${runName === undefined ? '' : `“${runName}”. `}${peakText(timeline)}`}
        csv={() => timelineCsv(timeline)}
        testId="memory-timeline"
      >
        <Drawing timeline={timeline} />
      </ChartFrame>
    );
  },
  (before, after) =>
    before.runName === after.runName &&
    before.timeline.runId === after.timeline.runId &&
    before.timeline.samples.at(-1)?.at === after.timeline.samples.at(-1)?.at,
);

/** @param runName of the timeline's run; undefined when it was deleted */
export function MemoryTimelineChart({
  timeline,
  runName,
}: {
  timeline: MemoryTimeline | null;
  runName: string | undefined;
}) {
  if (timeline === null || timeline.samples.length === 0)
    return (
      <Card title={title} testId="memory-timeline-empty">
        <Text size="sm" c="dimmed">
          No run has worked in this browser yet, or only with an earlier version, which did not keep this.
        </Text>
      </Card>
    );
  return <MemoryTimelineFigure timeline={timeline} runName={runName} />;
}
