/**
 * Gives the points of a stage's curve their time of work. Only for the run's record and the pages: artifacts and checkpoints keep
 * points without times, so that equal work gives equal bytes.
 */
import type { MetricPoint, StageState } from '../src/protocol/studio';

/**
 * Copies of `points` with times: a step that was just done gets the stage's time, one that comes back from a checkpoint the time
 * that the record already has for it, and none where it has none.
 * @param stage as it is now, with the curve of before
 */
export function withTimes(
  stage: Pick<StageState, 'done' | 'seconds' | 'history'>,
  points: readonly MetricPoint[],
): MetricPoint[] {
  const isNew = ({ step }: MetricPoint) => step === stage.done;
  const known = points.every(isNew)
    ? null
    : new Map(stage.history.map(({ step, seconds }) => [step, seconds] as const));
  return points.map((point) => {
    const seconds = isNew(point) ? stage.seconds : known?.get(point.step);
    return { ...point, ...(seconds !== undefined && { seconds }) };
  });
}
