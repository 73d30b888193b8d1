/** gold_trajectory and referee_trajectory as drawings: what the reward model says above, what the other judge says below. */
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

interface Scores {
  title: string;
  /** What the lower panel's judge knows. */
  remark: string;
  points: readonly { model: string; reward: number; reward_low: number; reward_high: number }[];
  prompts: number;
  judge: Omit<Panel, 'colour'>;
}

/** Two panels, because the two have no common unit; where the lines part, the policy exploits the reward model. */
function drawTwoJudges(context: PlotContext, { title, remark, points, prompts, judge }: Scores): void {
  drawPage(context, title, `On ${prompts} held-out prompts; bars show 95% bootstrap intervals; ${remark}`);
  const frame: Frame = { left: 130, top: 120, width: 700, height: 250 };
  const lower: Frame = { ...frame, top: 425 };
  const reward: Panel = {
    label: 'Mean reward (score)',
    legend: 'Reward model',
    values: points.map((point) => point.reward),
    intervals: points.map((point) => ({ low: point.reward_low, high: point.reward_high })),
    colour: seriesColour(1),
  };
  drawPanel(context, reward, frame);
  drawPanel(context, { ...judge, colour: seriesColour(2) }, lower);
  drawCategories(
    context,
    points.map(({ model }) => model),
    lower,
  );
}

export function drawGoldTrajectory(
  context: PlotContext,
  { points }: NonNullable<PlotData['gold_trajectory']>,
  prompts: number,
): void {
  const judge = {
    label: 'Mean gold score (0 to 1)',
    legend: 'Gold judge',
    values: points.map((point) => point.gold),
    intervals: points.map((point) => ({ low: point.gold_low, high: point.gold_high })),
  };
  const remark = 'the gold judge knows the right answers';
  drawTwoJudges(context, { title: 'Reward and gold score over the rounds', remark, points, prompts, judge });
}

export function drawRefereeTrajectory(
  context: PlotContext,
  { points }: NonNullable<PlotData['referee_trajectory']>,
  prompts: number,
): void {
  const judge = {
    label: 'Mean score of the referee',
    legend: 'Referee',
    values: points.map((point) => point.referee),
    intervals: points.map((point) => ({ low: point.referee_low, high: point.referee_high })),
  };
  const remark = 'the referee did not make the pairs';
  drawTwoJudges(context, { title: 'Reward and referee’s score over the rounds', remark, points, prompts, judge });
}
