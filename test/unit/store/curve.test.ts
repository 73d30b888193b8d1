/** Curves as columns, against plain lists of points. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricPoint } from '../../../src/protocol/run-state';
import { createCurve } from '../../../src/store/curve';

const names = ['loss', 'kl', 'accuracy'];
const point = fc.record({
  step: fc.integer({ min: 1, max: 40 }),
  seconds: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
  values: fc.dictionary(fc.constantFrom(...names), fc.double({ noNaN: true, noDefaultInfinity: true }), { maxKeys: 3 }),
});
/** Mostly rising steps, now and then back to an earlier one. */
const batches = fc.array(fc.array(point, { maxLength: 30 }), { maxLength: 12 });

/** What a curve must hold, one point at a time. */
function model(points: readonly MetricPoint[], capacity: number): MetricPoint[] {
  let kept: MetricPoint[] = [];
  for (const next of points) {
    kept = [...kept.filter(({ step }) => step < next.step), next].slice(-capacity);
  }
  return kept;
}

const plain = ({ step, seconds, values }: MetricPoint) => ({
  step,
  seconds: seconds ?? null,
  values: new Map(Object.entries(values)),
});

describe('a curve', () => {
  it('holds the newest points, rewritten from where a stage went back to', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 25 }), fc.boolean(), (lists, capacity, rising) => {
        const all = lists.flat().map((made, i) => (rising && i % 7 !== 6 ? { ...made, step: 100 + i } : made));
        const curve = createCurve(capacity);
        for (let at = 0; at < all.length; at += 5) curve.append(all.slice(at, at + 5));
        const expected = model(all, capacity);
        expect(curve.toPoints().map(plain)).toEqual(expected.map(plain));
        expect(curve.length).toBe(expected.length);
        for (const name of curve.metrics) {
          expect([...curve.values(name)!]).toEqual(expected.map(({ values }) => values[name] ?? NaN));
        }
      }),
    );
  });

  it('counts what it forgot and takes 50,000 points one by one in a moment', () => {
    const curve = createCurve(50_000);
    const began = performance.now();
    for (let step = 1; step <= 120_000; step++) curve.append([{ step, values: { loss: step, kl: -step } }]);
    expect(performance.now() - began).toBeLessThan(2000);
    expect([curve.length, curve.forgotten]).toEqual([50_000, 70_000]);
    expect(curve.steps()[0]).toBe(70_001);
    expect(curve.values('kl')!.at(-1)).toBe(-120_000);
    const some = curve.toPoints(100).map(({ step }) => step);
    expect([some.length, some[0], some.at(-1)]).toEqual([100, 70_001, 120_000]);
  });
});
