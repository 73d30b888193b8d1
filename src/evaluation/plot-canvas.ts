/**
 * What every plot shares: size, colours, scales, ticks, axes, legend. Draws on a 2D context that the caller brings;
 * knows nothing of evaluation results.
 */

/** The part of a canvas's 2D context that plots use. */
export type PlotContext = Pick<
  OffscreenCanvasRenderingContext2D,
  | 'fillStyle'
  | 'strokeStyle'
  | 'lineWidth'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
  | 'globalAlpha'
  | 'fillRect'
  | 'fillText'
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'arc'
  | 'stroke'
  | 'fill'
  | 'save'
  | 'restore'
  | 'translate'
  | 'rotate'
>;

export const plotWidth = 1200;
export const plotHeight = 800;

const ink = '#1f2328';
const faint = '#d8dde3';
/** Distinct for the common kinds of colour blindness; repeats after eight. */
const seriesColours = ['#6e7781', '#0a66c2', '#d4760a', '#168f63', '#b5479b', '#4aa3df', '#8a6d00', '#c2381f'];

export function seriesColour(index: number): string {
  return seriesColours[index % seriesColours.length] as string;
}

/** A rectangle in pixels. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A linear axis: values from low to high with ticks on round numbers. */
export interface Axis {
  low: number;
  high: number;
  ticks: number[];
  decimals: number;
}

/** An axis that holds all `values`, widened to round numbers 1, 2 or 5 x 10^n apart, with about `count` ticks. */
export function roundAxis(values: readonly number[], count: number): Axis {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return { low: Math.min(low, first * step), high: Math.max(high, last * step), ticks, decimals };
}

/** Pixels from the top for a value on the vertical axis. */
export function verticalPlace(axis: Axis, frame: Frame, value: number): number {
  return frame.top + frame.height * (1 - (value - axis.low) / (axis.high - axis.low));
}

/** Pixels from the left for a value on the horizontal axis. */
export function horizontalPlace(axis: Axis, frame: Frame, value: number): number {
  return frame.left + (frame.width * (value - axis.low)) / (axis.high - axis.low);
}

/** Pixels from the left of the middle of category `index` of `count`. */
export function bandPlace(frame: Frame, index: number, count: number): number {
  return frame.left + (frame.width * (index + 0.5)) / count;
}

export function drawLine(context: PlotContext, points: readonly (readonly [number, number])[]): void {
  context.beginPath();
  points.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.stroke();
}

export function drawText(
  context: PlotContext,
  text: string,
  x: number,
  y: number,
  style: { size?: number; bold?: boolean; align?: CanvasTextAlign; baseline?: CanvasTextBaseline } = {},
): void {
  context.font = `${style.bold ? '600 ' : ''}${style.size ?? 18}px system-ui, "DejaVu Sans", Arial, sans-serif`;
  context.textAlign = style.align ?? 'center';
  context.textBaseline = style.baseline ?? 'middle';
  context.fillStyle = ink;
  context.fillText(text, x, y);
}

/** White page with the plot's title and, under it, what is shown. */
export function drawPage(context: PlotContext, title: string, subtitle: string): void {
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, plotWidth, plotHeight);
  drawText(context, title, 40, 42, { size: 28, bold: true, align: 'left' });
  drawText(context, subtitle, 40, 78, { size: 17, align: 'left' });
}

/** Horizontal grid lines with tick labels, and the axis's name turned upwards. */
export function drawVerticalAxis(context: PlotContext, axis: Axis, frame: Frame, label: string): void {
  context.lineWidth = 1;
  for (const tick of axis.ticks) {
    const y = verticalPlace(axis, frame, tick);
    context.strokeStyle = Math.abs(tick) < 1e-12 ? ink : faint;
    drawLine(context, [
      [frame.left, y],
      [frame.left + frame.width, y],
    ]);
    drawText(context, tick.toFixed(axis.decimals), frame.left - 12, y, { align: 'right' });
  }
  context.save();
  context.translate(frame.left - 80, frame.top + frame.height / 2);
  context.rotate(-Math.PI / 2);
  drawText(context, label, 0, 0, { size: 19 });
  context.restore();
}

function drawBaseline(context: PlotContext, frame: Frame): void {
  context.strokeStyle = ink;
  context.lineWidth = 1.5;
  drawLine(context, [
    [frame.left, frame.top + frame.height],
    [frame.left + frame.width, frame.top + frame.height],
  ]);
}

/** Ticks and the name of a horizontal axis of numbers. */
export function drawHorizontalAxis(context: PlotContext, axis: Axis, frame: Frame, label: string): void {
  drawBaseline(context, frame);
  const bottom = frame.top + frame.height;
  for (const tick of axis.ticks) {
    drawText(context, tick.toFixed(axis.decimals), horizontalPlace(axis, frame, tick), bottom + 22);
  }
  drawText(context, label, frame.left + frame.width / 2, bottom + 58, { size: 19 });
}

/** Names under a horizontal axis of categories; turned when they are many, and only every n-th beyond thirty. */
export function drawCategories(context: PlotContext, names: readonly string[], frame: Frame): void {
  drawBaseline(context, frame);
  const bottom = frame.top + frame.height;
  const every = Math.ceil(names.length / 30);
  const turned = frame.width / names.length < 120;
  names.forEach((name, i) => {
    if (i % every !== 0) return;
    context.save();
    context.translate(bandPlace(frame, i, names.length), bottom + (turned ? 12 : 24));
    if (turned) context.rotate(-Math.PI / 5);
    drawText(context, name, 0, 0, { align: turned ? 'right' : 'center', size: turned ? 15 : 18 });
    context.restore();
  });
}

/** Coloured squares with names, in one column from the given point, at most twelve. */
export function drawLegend(
  context: PlotContext,
  entries: readonly { name: string; colour: string }[],
  left: number,
  top: number,
): void {
  entries.slice(0, 12).forEach(({ name, colour }, i) => {
    const y = top + i * 28;
    context.fillStyle = colour;
    context.fillRect(left, y - 8, 16, 16);
    drawText(context, name, left + 26, y, { align: 'left' });
  });
  if (entries.length > 12)
    drawText(context, `and ${entries.length - 12} more`, left + 26, top + 12 * 28, { align: 'left' });
}

/** A vertical error bar with caps. */
export function drawErrorBar(context: PlotContext, x: number, low: number, high: number, cap: number): void {
  context.strokeStyle = ink;
  context.lineWidth = 2;
  drawLine(context, [
    [x, low],
    [x, high],
  ]);
  for (const y of [low, high]) {
    drawLine(context, [
      [x - cap, y],
      [x + cap, y],
    ]);
  }
}
