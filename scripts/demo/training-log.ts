/** Progress of a long training on the terminal: a line every few seconds with smoothed loss, speed and time left. */
import type { StepReport } from '../../src/training/hooks';
import { formatDuration } from '../headless/progress.mjs';

const secondsBetweenLines = 10;
/** Weight of a new step in the smoothed figures. */
const newest = 0.05;

/** @param print one line */
export function trainingLog(print: (line: string) => void): (report: StepReport) => void {
  let loss: number | null = null;
  let secondsOfStep: number | null = null;
  let tokens = 0;
  let [shown, before] = [performance.now(), performance.now()];
  const smooth = (old: number | null, value: number) => (old === null ? value : old + newest * (value - old));
  return ({ step, totalSteps, metrics }) => {
    const now = performance.now();
    loss = smooth(loss, metrics.loss ?? NaN);
    secondsOfStep = smooth(secondsOfStep, (now - before) / 1000);
    tokens += metrics.tokens ?? 0;
    before = now;
    if (now - shown < secondsBetweenLines * 1000 && step < totalSteps) return;
    const speed = tokens / ((now - shown) / 1000);
    print(
      `step ${step}/${totalSteps}  loss ${loss.toFixed(4)}  lr ${(metrics.learning_rate ?? 0).toExponential(2)}  ` +
        `norm ${(metrics.grad_norm ?? 0).toFixed(2)}  ${speed.toFixed(0)} tokens/s  ` +
        `${formatDuration((totalSteps - step) * secondsOfStep)} left`,
    );
    [shown, tokens] = [now, 0];
  };
}
