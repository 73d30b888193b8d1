/** Win rates with their intervals: every model against SFT and against the model before it, plain and length-controlled. */
import {
  CartesianGrid,
  ErrorBar,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { EvaluatedModel } from '../../../protocol/evaluation';
import { ChartFrame } from '../../charts/chart-frame';
import { axis, axisLabel, ChartTooltip, gridStroke } from '../../charts/chart-parts';
import { modelColor } from '../../primitives/model-colors';
import { recordsCsv } from './evaluation-csv';
import { modelTitle } from './model-names';
import { PointMark } from './point-mark';
import { shareText } from './score-format';
import { duelsOf, marks, type DuelMark } from './win-rate-marks';

/** Of one row, for each of its marks; a title takes three lines. */
const MARK_HEIGHT = 18;
const MIN_ROW_HEIGHT = 52;
/** Of the key above the drawing, which is part of it so that a saved picture has it too. */
const KEY_LINE = 16;

const markText = (mark: DuelMark) => shareText(mark.rate, mark);

/** One mark in its model's colour: filled for plain rates, hollow for length-controlled ones. */
function Mark({ cx = 0, cy = 0, payload }: { cx?: number; cy?: number; payload?: DuelMark }) {
  if (!payload) return null;
  return <PointMark cx={cx} cy={cy} look={marks[payload.measure]} color={modelColor(payload.model)} />;
}

const csvOf = (rows: readonly { model: string; against: string }[], points: readonly DuelMark[]) =>
  recordsCsv(
    points.map(({ model, row, measure, rate, low, high }) => {
      const judge = measure.startsWith('referee') ? 'referee' : 'reward';
      const controlled = String(marks[measure].hollow);
      return { model, against: rows[row]?.against, judge, length_controlled: controlled, win_rate: rate, low, high };
    }),
  );

export function WinRateChart({ models }: { models: readonly EvaluatedModel[] }) {
  const { rows, points } = duelsOf(models);
  if (rows.length === 0) return null;
  const measures = [...new Set(points.map(({ measure }) => measure))];
  const titles = rows.map(({ model, against }) => `${modelTitle(model)} against ${modelTitle(against)}`);
  const description = points
    .map((point) => `${titles[point.row] ?? ''}, ${marks[point.measure].label}: ${markText(point)}`)
    .join('; ');
  return (
    <ChartFrame
      title="Win rates"
      unit="of prompts, 95% intervals"
      legend={[]}
      description={description}
      help="win_rate"
      csv={() => csvOf(rows, points)}
      testId="plot-win_rates"
    >
      <ResponsiveContainer
        width="100%"
        height={60 + KEY_LINE * measures.length + Math.max(MIN_ROW_HEIGHT, MARK_HEIGHT * measures.length) * rows.length}
      >
        <ScatterChart margin={{ top: 12 + KEY_LINE * measures.length, right: 16, bottom: 12, left: 4 }}>
          {measures.map((measure, line) => (
            <text key={measure} x={148} y={12 + KEY_LINE * line} fontSize={11} fill="var(--mantine-color-dimmed)">
              {marks[measure].sign} {marks[measure].label}
            </text>
          ))}
          <CartesianGrid stroke={gridStroke} strokeDasharray="2 4" horizontal={false} />
          <XAxis
            type="number"
            dataKey="rate"
            domain={[0, 1]}
            ticks={[0, 0.25, 0.5, 0.75, 1]}
            tickFormatter={(share: number) => `${100 * share}%`}
            {...axis}
            label={axisLabel('win rate', 'bottom')}
          />
          <YAxis
            type="number"
            dataKey="height"
            domain={[-0.5, rows.length - 0.5]}
            ticks={rows.map((_, row) => row)}
            tickFormatter={(row: number) => titles[row] ?? ''}
            reversed
            width={136}
            {...axis}
          />
          <ReferenceLine x={0.5} stroke="var(--mantine-color-dimmed)" />
          <Tooltip
            isAnimationActive={false}
            cursor={false}
            content={({ active, payload }) => {
              const point = payload[0]?.payload as DuelMark | undefined;
              if (!active || !point) return null;
              const entry = {
                label: marks[point.measure].label,
                value: markText(point),
                color: modelColor(point.model),
              };
              return <ChartTooltip title={titles[point.row] ?? ''} entries={[entry]} />;
            }}
          />
          <Scatter data={points} shape={<Mark />} isAnimationActive={false}>
            <ErrorBar
              dataKey="reach"
              direction="x"
              width={6}
              stroke="var(--mantine-color-dimmed)"
              isAnimationActive={false}
            />
          </Scatter>
        </ScatterChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
