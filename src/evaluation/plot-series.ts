/** A series over the models, as every trajectory plot draws it: a line with dots, or error bars. */
import { bandPlace, drawErrorBar, drawLine, verticalPlace } from './plot-canvas';
import type { Axis, Frame, PlotContext } from './plot-canvas';

/** A line with dots through the points whose value is known. */
export function drawSeries(
  context: PlotContext,
  values: (number | null)[],
  axis: Axis,
  frame: Frame,
  colour: string,
): void {
  const points = values.flatMap((value, i): [number, number][] =>
    value === null ? [] : [[bandPlace(frame, i, values.length), verticalPlace(axis, frame, value)]],
  );
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 3;
  drawLine(context, points);
  for (const [x, y] of points) {
    context.beginPath();
    context.arc(x, y, 6, 0, 2 * Math.PI);
    context.fill();
  }
}

/** An error bar for each category, in the values' units. */
export function drawIntervals(
  context: PlotContext,
  intervals: readonly { low: number; high: number }[],
  axis: Axis,
  frame: Frame,
): void {
  intervals.forEach(({ low, high }, i) => {
    const x = bandPlace(frame, i, intervals.length);
    drawErrorBar(context, x, verticalPlace(axis, frame, low), verticalPlace(axis, frame, high), 10);
  });
}
