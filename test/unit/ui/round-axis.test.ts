/** Axes of recharts' drawings: round ticks, a tick at both ends, every value within. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatTick } from '../../../src/ui/charts/chart-parts';
import { roundAxis } from '../../../src/ui/charts/round-axis';

it('goes from round number to round number around the values', () => {
  expect(roundAxis([-1.27, 0.432, 1.1])).toEqual({ domain: [-1.5, 1.5], ticks: [-1.5, -1, -0.5, 0, 0.5, 1, 1.5] });
  expect(roundAxis([0, 0.22])).toEqual({ domain: [0, 0.25], ticks: [0, 0.05, 0.1, 0.15, 0.2, 0.25] });
  expect(roundAxis([0.5, 1])).toEqual({ domain: [0.5, 1], ticks: [0.5, 0.6, 0.7, 0.8, 0.9, 1] });
});

it('makes room around a single value, and leaves out what is none', () => {
  const { domain } = roundAxis([0.5, Number.NaN]);
  expect(domain[0]).toBeLessThan(0.5);
  expect(domain[1]).toBeGreaterThan(0.5);
  expect(roundAxis([]).domain).toEqual([0, 1]);
});

it('holds any values, with few ticks', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 8 }), (values) => {
      const { domain, ticks } = roundAxis(values);
      expect(domain[0]).toBeLessThanOrEqual(Math.min(...values) + 1e-3);
      expect(domain[1]).toBeGreaterThanOrEqual(Math.max(...values) - 1e-3);
      expect([ticks[0], ticks.at(-1)]).toEqual(domain);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThan(9);
    }),
  );
});

it('writes ticks with the minus sign of the tables', () => {
  expect([-0.25, 0.25, 0].map(formatTick)).toEqual(['−0.25', '0.25', '0']);
});
