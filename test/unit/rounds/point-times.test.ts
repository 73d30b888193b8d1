/** Times of curves: only in the run's record; a stage that comes back from a checkpoint keeps the times of its first points. */
import { expect, it } from 'vitest';
import { withTimes } from '../../../workers/point-times';

const point = (step: number) => ({ step, values: { loss: 1 / step } });

it('a step just done gets the stage’s time, in a copy: the reported point goes into an artifact', () => {
  const reported = point(3);
  expect(withTimes({ done: 3, seconds: 7.5, history: [] }, [reported])).toEqual([{ ...point(3), seconds: 7.5 }]);
  expect(reported).toEqual(point(3));
});

it('points from a checkpoint keep the times that the record has, and get none where it has none', () => {
  const history = [{ ...point(1), seconds: 2 }, point(2)];
  const restored = withTimes({ done: 0, seconds: 40, history }, [point(1), point(2), point(3)]);
  expect(restored).toEqual([{ ...point(1), seconds: 2 }, point(2), point(3)]);
});
