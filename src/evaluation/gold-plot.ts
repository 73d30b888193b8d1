/** gold_trajectory as a drawing: what the reward model says above, what the gold judge says below, over the same models. */
import { drawCategories, drawLegend, drawPage, drawVerticalAxis, roundAxis, seriesColour } from './plot-canvas';
import type { Frame, PlotContext } from './plot-canvas';
import { drawIntervals, drawSeries } from './plot-series';
import type { PlotData } from './results-schema';

interface Panel {
  label: string;
  legend: string;
  values: number[];
  intervals: { low: number; high: number }[];
  colour: string;
}

function drawPanel(context: PlotContext, { label, legend, values, intervals, colour }: Panel, frame: Frame): void {
  const axis = roundAxis(
    intervals.flatMap(({ low, high }) => [low, high]),
    4,
  );
  drawVerticalAxis(context, axis, frame, label);
  drawIntervals(context, intervals, axis, frame);
  drawSeries(context, values, axis, frame, colour);
  drawLegend(context, [{ name: legend, colour }], frame.left + frame.width + 24, frame.top + 20);
}

/** Two panels, because the two have no common unit; where the lines part, the policy exploits the reward model. */
export function drawGoldTrajectory(
  context: PlotContext,
  { points }: NonNullable<PlotData['gold_trajectory']>,
  prompts: number,
): void {
  drawPage(
    context,
    'Reward and gold score over the rounds',
    `On ${prompts} held-out prompts; bars show 95% bootstrap intervals; the gold judge knows the right answers`,
  );
  const frame: Frame = { left: 130, top: 120, width: 700, height: 250 };
  const lower: Frame = { ...frame, top: 425 };
  const reward: Panel = {
    label: 'Mean reward (score)',
    legend: 'Reward model',
    values: points.map((point) => point.reward),
    intervals: points.map((point) => ({ low: point.reward_low, high: point.reward_high })),
    colour: seriesColour(1),
  };
  const gold: Panel = {
    label: 'Mean gold score (0 to 1)',
    legend: 'Gold judge',
    values: points.map((point) => point.gold),
    intervals: points.map((point) => ({ low: point.gold_low, high: point.gold_high })),
    colour: seriesColour(2),
  };
  drawPanel(context, reward, frame);
  drawPanel(context, gold, lower);
  drawCategories(
    context,
    points.map(({ model }) => model),
    lower,
  );
}
