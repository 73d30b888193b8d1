import { expect, it } from 'vitest';
import { extended, noChoice, settled, toggled } from '../../../src/ui/features/pairs/row-choice';

const places = ({ chosen }: { chosen: ReadonlySet<number> }) => [...chosen].toSorted((a, b) => a - b);

it('a row is chosen and let go again, beside others', () => {
  const two = toggled(toggled(noChoice, 3), 1);
  expect(places(two)).toEqual([1, 3]);
  expect(places(toggled(two, 3))).toEqual([1]);
  expect(places(noChoice)).toEqual([]);
});

it('a range grows and shrinks with each step from where it began, and leaves what was chosen before', () => {
  const before = toggled(noChoice, 9);
  const down = extended(extended(before, 2, 3), 3, 4);
  expect(places(down)).toEqual([2, 3, 4, 9]);
  const up = extended(extended(down, 4, 3), 3, 1);
  expect(places(up)).toEqual([1, 2, 9]);
  const next = extended(settled(up), 5, 6);
  expect(places(next)).toEqual([1, 2, 5, 6, 9]);
  expect(places(toggled(next, 9))).toEqual([1, 2, 5, 6]);
});
