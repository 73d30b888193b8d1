/** The plots' drawing calls: what is written and where bars and points lie, on a recording context. */
import { describe, expect, it } from 'vitest';
import { buildEvaluationResults } from '../../../src/evaluation/build-results';
import { horizontalPlace, plotHeight, plotWidth, roundAxis, verticalPlace } from '../../../src/evaluation/plot-canvas';
import type { PlotContext } from '../../../src/evaluation/plot-canvas';
import { drawPlot, plotNames } from '../../../src/evaluation/plots';
import { demoInput, evaluationInput } from './fixtures';

/** Records texts, rectangles and path points in page coordinates (turned text: its origin). */
function recorder() {
  const texts: string[] = [];
  const rectangles: { x: number; y: number; width: number; height: number; fill: string }[] = [];
  const points: { x: number; y: number }[] = [];
  let origin = { x: 0, y: 0 };
  const saved: (typeof origin)[] = [];
  const at = (x: number, y: number) => points.push({ x: origin.x + x, y: origin.y + y });
  const nothing = () => undefined;
  const context: PlotContext = {
    fillStyle: '',
    strokeStyle: '',
    lineWidth: 1,
    font: '',
    textAlign: 'left',
    textBaseline: 'middle',
    globalAlpha: 1,
    fillRect: (x, y, width, height) => {
      rectangles.push({ x, y, width, height, fill: String(context.fillStyle) });
    },
    fillText: (text, x, y) => {
      texts.push(text);
      at(x, y);
    },
    beginPath: nothing,
    moveTo: at,
    lineTo: at,
    arc: at,
    stroke: nothing,
    fill: nothing,
    save: () => saved.push(origin),
    restore: () => (origin = saved.pop() ?? origin),
    translate: (x, y) => (origin = { x: origin.x + x, y: origin.y + y }),
    rotate: nothing,
  };
  return { context, texts, rectangles, points };
}

const results = buildEvaluationResults(demoInput());

describe('roundAxis', () => {
  it.each([
    [[0, 0.93], 5],
    [[-3.2, 8.1], 6],
    [[1e-4, 2e-4], 4],
    [[5, 5], 4],
    [[0, 1234567], 6],
  ])('holds all of %j with round ticks', (values, count) => {
    const axis = roundAxis(values, count);
    expect(axis.low).toBeLessThanOrEqual(Math.min(...values));
    expect(axis.high).toBeGreaterThanOrEqual(Math.max(...values));
    expect(axis.ticks.length).toBeGreaterThanOrEqual(3);
    expect(axis.ticks.length).toBeLessThanOrEqual(count + 3);
    const labels = axis.ticks.map((tick) => tick.toFixed(axis.decimals));
    expect(new Set(labels).size).toBe(labels.length);
    labels.forEach((label, i) => expect(Number(label)).toBeCloseTo(axis.ticks[i] ?? NaN, 9));
  });

  it('puts values where they belong', () => {
    const frame = { left: 100, top: 50, width: 200, height: 400 };
    const axis = roundAxis([0, 10], 5);
    expect(verticalPlace(axis, frame, 0)).toBe(450);
    expect(verticalPlace(axis, frame, 2.5)).toBe(350);
    expect(horizontalPlace(axis, frame, 5)).toBe(200);
  });
});

describe('drawPlot', () => {
  it.each(plotNames(results))('%s stays on the page and names every model and axis', (name) => {
    const { context, texts, points } = recorder();
    drawPlot(name, results, context);
    for (const { name: model } of results.models) expect(texts).toContain(model);
    expect(texts.some((text) => /reward/i.test(text) && /score/.test(text))).toBe(true);
    for (const { x, y } of points) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(plotWidth);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(plotHeight);
    }
  });

  it('draws bars as high as the means, below zero too', () => {
    const { context, rectangles, texts } = recorder();
    drawPlot('reward_comparison', results, context);
    const bars = rectangles.filter(({ fill }) => fill !== '#ffffff');
    const { bars: data } = results.plots.reward_comparison;
    expect(bars.length).toBe(data.length);
    const scale = (bars[3]?.height ?? NaN) / Math.abs(data[3]?.mean ?? NaN);
    data.forEach(({ mean }, i) => expect(bars[i]?.height).toBeCloseTo(scale * Math.abs(mean), 6));
    for (const { mean } of data) expect(texts).toContain(mean.toFixed(3));
  });

  it('leaves out what is not known', () => {
    const [base] = evaluationInput().models;
    const alone = buildEvaluationResults(evaluationInput({ models: base ? [base] : [] }));
    expect(plotNames(alone)).not.toContain('gold_trajectory');
    for (const name of plotNames(alone)) {
      const { context, points } = recorder();
      drawPlot(name, alone, context);
      expect(points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
    }
  });
});
