/**
 * The plots of an evaluation as drawings: reward_comparison, reward_distributions, improvement_trajectory, and for the
 * demo's data gold_trajectory, for runs with a referee referee_trajectory (two-judges-plot.ts).
 * Everything drawn comes from the `plots` part of evaluation_results.json. The page's live charts are not made here.
 */
import {
  bandPlace,
  drawCategories,
  drawErrorBar,
  drawHorizontalAxis,
  drawLegend,
  drawLine,
  drawPage,
  drawText,
  drawVerticalAxis,
  horizontalPlace,
  plotHeight,
  plotWidth,
  roundAxis,
  seriesColour,
  verticalPlace,
} from './plot-canvas';
import type { Axis, Frame, PlotContext } from './plot-canvas';
import { drawGoldTrajectory, drawRefereeTrajectory } from './two-judges-plot';
import { drawSeries } from './plot-series';
import type { EvaluationResults, PlotData, PlotName } from './results-schema';

const rewardLabel = 'Reward (reward model score)';

function drawRewardComparison(context: PlotContext, { bars }: PlotData['reward_comparison'], prompts: number): void {
  drawPage(context, 'Reward by model', `Mean reward on ${prompts} held-out prompts; bars show 95% bootstrap intervals`);
  const frame: Frame = { left: 130, top: 120, width: 1020, height: 550 };
  const axis = roundAxis([0, ...bars.flatMap(({ mean, low, high }) => [mean, low, high])], 6);
  drawVerticalAxis(context, axis, frame, rewardLabel);
  const barWidth = Math.min(140, (frame.width / bars.length) * 0.6);
  const zero = verticalPlace(axis, frame, 0);
  bars.forEach(({ mean, low, high }, i) => {
    const x = bandPlace(frame, i, bars.length);
    const y = verticalPlace(axis, frame, mean);
    context.fillStyle = seriesColour(i);
    context.fillRect(x - barWidth / 2, Math.min(y, zero), barWidth, Math.abs(zero - y));
    const ends = [verticalPlace(axis, frame, low), verticalPlace(axis, frame, high)] as const;
    drawErrorBar(context, x, ends[0], ends[1], Math.min(14, barWidth / 4));
    if (bars.length <= 12) drawText(context, mean.toFixed(3), x, ends[1] - 16, { size: 17, bold: true });
  });
  drawCategories(
    context,
    bars.map(({ model }) => model),
    frame,
  );
}

/** A histogram as a filled outline of steps. */
function drawSteps(context: PlotContext, places: number[], heights: number[], base: number, colour: string): void {
  const outline: [number, number][] = [[places[0] as number, base]];
  heights.forEach((y, i) => outline.push([places[i] as number, y], [places[i + 1] as number, y]));
  outline.push([places.at(-1) as number, base]);
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 3;
  drawLine(context, outline);
  context.globalAlpha = 0.12;
  context.fill();
  context.globalAlpha = 1;
}

function drawRewardDistributions(context: PlotContext, data: PlotData['reward_distributions'], prompts: number): void {
  drawPage(context, 'Distribution of rewards', `Rewards of the responses to ${prompts} held-out prompts, by model`);
  const frame: Frame = { left: 130, top: 120, width: 860, height: 560 };
  const vertical = roundAxis([0, ...data.series.flatMap(({ counts }) => counts)], 6);
  const horizontal = roundAxis(data.bin_edges, 8);
  drawVerticalAxis(context, vertical, frame, 'Responses (count per bin)');
  const places = data.bin_edges.map((edge) => horizontalPlace(horizontal, frame, edge));
  data.series.forEach(({ counts }, i) => {
    const heights = counts.map((n) => verticalPlace(vertical, frame, n));
    drawSteps(context, places, heights, frame.top + frame.height, seriesColour(i));
  });
  drawHorizontalAxis(context, horizontal, frame, rewardLabel);
  const entries = data.series.map(({ model }, i) => ({ name: model, colour: seriesColour(i) }));
  drawLegend(context, entries, frame.left + frame.width + 24, frame.top + 20);
}

type Points = PlotData['improvement_trajectory']['points'];

function drawRewardPanel(context: PlotContext, points: Points, frame: Frame): void {
  const axis = roundAxis(
    points.flatMap((point) => [point.reward, point.reward_low, point.reward_high]),
    4,
  );
  drawVerticalAxis(context, axis, frame, 'Mean reward (score)');
  const place = (value: number) => verticalPlace(axis, frame, value);
  points.forEach((point, i) => {
    drawErrorBar(context, bandPlace(frame, i, points.length), place(point.reward_low), place(point.reward_high), 10);
  });
  const rewards = points.map((point) => point.reward);
  drawSeries(context, rewards, axis, frame, seriesColour(1));
}

function drawSharePanel(context: PlotContext, points: Points, frame: Frame): void {
  const axis: Axis = { low: 0, high: 100, ticks: [0, 25, 50, 75, 100], decimals: 0 };
  drawVerticalAxis(context, axis, frame, 'Share (%)');
  const percent = (value: number | null) => (value === null ? null : 100 * value);
  points.forEach(({ model, win_rate_low: low, win_rate_high: high }, i) => {
    if (low === null || high === null || model === 'sft') return;
    const [from, to] = [verticalPlace(axis, frame, 100 * low), verticalPlace(axis, frame, 100 * high)];
    drawErrorBar(context, bandPlace(frame, i, points.length), from, to, 10);
  });
  const lines = [
    { name: 'Win rate against SFT', values: points.map((point) => point.win_rate) },
    { name: 'Win rate, length-controlled', values: points.map((point) => point.length_controlled_win_rate) },
    { name: 'Implicit accuracy, held-out pairs', values: points.map((point) => point.implicit_accuracy) },
  ];
  lines.forEach(({ values }, i) => drawSeries(context, values.map(percent), axis, frame, seriesColour(i + 2)));
  const entries = lines.map(({ name }, i) => ({ name, colour: seriesColour(i + 2) }));
  drawLegend(context, entries, frame.left + frame.width + 24, frame.top + 20);
}

function drawTrajectory(context: PlotContext, { points }: PlotData['improvement_trajectory'], prompts: number): void {
  drawPage(context, 'Improvement over the rounds', `On ${prompts} held-out prompts; bars show 95% bootstrap intervals`);
  const frame: Frame = { left: 130, top: 120, width: 700, height: 250 };
  const lower: Frame = { ...frame, top: 425 };
  drawRewardPanel(context, points, frame);
  drawLegend(
    context,
    [{ name: 'Mean reward', colour: seriesColour(1) }],
    frame.left + frame.width + 24,
    frame.top + 20,
  );
  drawSharePanel(context, points, lower);
  drawCategories(
    context,
    points.map(({ model }) => model),
    lower,
  );
}

const drawings: {
  [Name in PlotName]: (context: PlotContext, data: NonNullable<PlotData[Name]>, prompts: number) => void;
} = {
  reward_comparison: drawRewardComparison,
  reward_distributions: drawRewardDistributions,
  improvement_trajectory: drawTrajectory,
  gold_trajectory: drawGoldTrajectory,
  referee_trajectory: drawRefereeTrajectory,
};

const plotOrder: readonly PlotName[] = [
  'reward_comparison',
  'reward_distributions',
  'improvement_trajectory',
  'gold_trajectory',
  'referee_trajectory',
];

/** The plots that there are numbers for. */
export const plotNames = ({ plots }: EvaluationResults): PlotName[] => plotOrder.filter((name) => plots[name]);

/** Draws one plot on a context of plotWidth x plotHeight pixels. */
export function drawPlot<Name extends PlotName>(name: Name, results: EvaluationResults, context: PlotContext): void {
  const data = results.plots[name];
  if (!data) throw new Error(`internal: there are no numbers for ${name}`);
  drawings[name](context, data, results.settings.held_out_prompts);
}

/** All plots as PNG files of 1200 x 800 pixels, by name. Needs OffscreenCanvas: a browser's page or worker. */
export async function renderPlots(results: EvaluationResults): Promise<Map<PlotName, Blob>> {
  const files = new Map<PlotName, Blob>();
  for (const name of plotNames(results)) {
    const canvas = new OffscreenCanvas(plotWidth, plotHeight);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('internal: this browser gave no 2D context for the plots');
    drawPlot(name, results, context);
    files.set(name, await canvas.convertToBlob({ type: 'image/png' }));
  }
  return files;
}
