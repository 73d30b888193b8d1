/** Smoothing, thinning, axes, zoom and the drawing that they make, each against what it must be. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCurve } from '../../../src/store/curve';
import { glossary } from '../../../src/ui/primitives/glossary';
import { defaultSettings, readSettings } from '../../../src/ui/charts/chart-settings';
import { metricCsv } from '../../../src/ui/charts/metric-table';
import { areaOf, tickText } from '../../../src/ui/charts/line-plot';
import { groupMetrics } from '../../../src/ui/charts/metric-groups';
import { layoutPlot } from '../../../src/ui/charts/plot-layout';
import { nearest, readoutAt } from '../../../src/ui/charts/readout';
import { createScale, linearTicks, logTicks } from '../../../src/ui/charts/scale';
import { smooth } from '../../../src/ui/charts/smooth';
import { thin } from '../../../src/ui/charts/thin';
import { zoomBy, zoomTo } from '../../../src/ui/charts/zoom';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const valueOrNone = fc.oneof({ weight: 5, arbitrary: finite }, { weight: 1, arbitrary: fc.constant(NaN) });

describe('smoothing', () => {
  it('is the weighted mean of a value and all before it', () => {
    fc.assert(
      fc.property(fc.array(valueOrNone, { maxLength: 60 }), fc.double({ min: 0, max: 0.99, noNaN: true }), (all, w) => {
        const smoothed = smooth(Float64Array.from(all), w);
        for (const [i, value] of all.entries()) {
          if (Number.isNaN(value)) {
            expect(smoothed[i]).toBeNaN();
            continue;
          }
          const seen = all.slice(0, i + 1).filter((v) => !Number.isNaN(v));
          const weights = seen.map((_, k) => w ** (seen.length - 1 - k));
          const total = weights.reduce((a, b) => a + b);
          const mean = seen.reduce((sum, v, k) => sum + v * weights[k]!, 0) / total;
          expect(Math.abs(smoothed[i]! - mean)).toBeLessThan(1e-6 * Math.max(1, ...seen.map(Math.abs)));
        }
      }),
    );
  });
});

describe('thinning', () => {
  const curve = fc.tuple(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), valueOrNone), { maxLength: 300 }),
    fc.nat(60),
  );

  it('keeps the ends and of every column the lowest and the highest, and few points', () => {
    fc.assert(
      fc.property(curve, ([parts, more]) => {
        const columns = more + 1;
        let x = 0;
        const xs = Float64Array.from(parts.map(([gap]) => (x += gap)));
        const ys = Float64Array.from(parts.map(([, y]) => y));
        const [from, to] = [xs[0] ?? 0, (xs.at(-1) ?? 0) + 1e-6];
        const kept = thin(xs, ys, from, to, columns);
        const present = [...ys.keys()].filter((i) => !Number.isNaN(ys[i]));
        expect(kept.length).toBeLessThanOrEqual(2 * columns + 4);
        expect(kept).toEqual([...new Set(kept)].toSorted((a, b) => a - b));
        expect(kept[0]).toBe(present[0]);
        expect(kept.at(-1)).toBe(present.at(-1));
        const values = kept.map((i) => ys[i]!);
        const all = present.map((i) => ys[i]!);
        if (all.length > 0) {
          expect(Math.max(...values)).toBe(Math.max(...all));
          expect(Math.min(...values)).toBe(Math.min(...all));
        }
      }),
    );
  });

  it('shows a spike of one point among 50,000', () => {
    const xs = Float64Array.from({ length: 50_000 }, (_, i) => i);
    const ys = new Float64Array(50_000);
    ys[31_415] = 9;
    const kept = thin(xs, ys, 0, 49_999, 400);
    expect(kept).toContain(31_415);
    expect(kept.length).toBeLessThanOrEqual(804);
  });

  it('takes only what is in range, and one point on either side', () => {
    const xs = Float64Array.from({ length: 100 }, (_, i) => i);
    expect(thin(xs, xs, 9.5, 12.5, 100)).toEqual([9, 10, 11, 12, 13]);
  });
});

describe('axes', () => {
  it('have ticks at round numbers within the domain', () => {
    expect(linearTicks([0.03, 0.97], 4)).toEqual([0.25, 0.5, 0.75]);
    expect(linearTicks([-3, 12], 3)).toEqual([0, 5, 10]);
    expect(logTicks([0.0005, 2000], 4)).toEqual([0.01, 1, 100]);
    expect(logTicks([1, 60], 4)).toEqual([1, 2, 5, 10, 20, 50]);
  });

  it.each([true, false])('give back the value of a pixel; logarithmic: %s', (log) => {
    const scale = createScale([0.1, 40], [300, 10], 4, log);
    for (const value of [0.1, 1, 7, 40]) expect(scale.valueAt(scale.at(value))).toBeCloseTo(value, 9);
    expect([scale.at(0.1), scale.at(40)]).toEqual([300, expect.closeTo(10)]);
  });
});

describe('tick labels', () => {
  it('are shares in percent and tiny rates with exponents', () => {
    expect(tickText('share', 0.25)).toBe('25%');
    expect([2.5e-6, 1.25e-4, 0.000_05, 0, 0.5, -1200].map((tick) => tickText('value', tick))).toEqual([
      '2.5e-6',
      '1.25e-4',
      '5e-5',
      '0',
      '0.5',
      '−1200',
    ]);
  });

  it('leave the title of the axis alone, the longest too', () => {
    // 11 px text: a digit is at most 6.2 px wide; the title takes 14 px.
    const longest = [-1.25e-4, -0.001_25, 0.002_25].map((tick) => tickText('value', tick).length);
    expect(areaOf(400).left - 6 - 6.2 * Math.max(...longest)).toBeGreaterThan(13);
  });
});

describe('metrics in charts', () => {
  const titles = (...names: string[]) => groupMetrics(names, 'green').map(({ title, unit }) => [title, unit]);

  it('the reward model’s chosen and rejected share a chart in their colours, with help', () => {
    const [group, ...others] = groupMetrics(['reward_chosen', 'reward_rejected'], 'green');
    expect(others).toEqual([]);
    expect(group?.series.map(({ label, color }) => [label, color])).toEqual([
      ['Chosen', 'var(--studio-chosen)'],
      ['Rejected', 'var(--studio-rejected)'],
    ]);
    expect(glossary[group?.series[0]?.metric ?? '']).toMatch(/chosen responses/);
  });

  it('have the colour of the stage’s model where they are alone, and the batch’s range is neutral', () => {
    const colors = (...names: string[]) =>
      groupMetrics(names, 'green').flatMap(({ series }) => series.map(({ color }) => color));
    expect(colors('loss', 'entropy', 'grad_norm', 'unheard_of')).toEqual(Array(4).fill('green'));
    expect(colors('reward_mean', 'reward_max', 'reward_min')).toEqual([
      ...['green', 'var(--mantine-color-dimmed)', 'var(--mantine-color-dimmed)'],
    ]);
  });

  it('have no unit where numbers have none', () => {
    expect(titles('perplexity', 'grad_norm', 'accuracy', 'learning_rate', 'loss', 'unheard_of')).toEqual([
      ...[
        ['Loss', 'nats'],
        ['Accuracy', ''],
        ['Perplexity', ''],
        ['Gradient norm', ''],
        ['Learning rate', ''],
      ],
      ['unheard of', ''],
    ]);
  });
});

describe('zooming', () => {
  it('stays within the whole, whichever way it was dragged, and the whole is no zoom', () => {
    expect(zoomTo(60, 20, [0, 100])).toEqual([20, 60]);
    expect(zoomTo(-50, 30, [0, 100])).toEqual([0, 30]);
    expect(zoomTo(-5, 300, [0, 100])).toBeNull();
    const [low, high] = zoomTo(50, 50, [0, 100])!;
    expect(high).toBeGreaterThan(low);
  });

  it('in and out by keys keeps the anchor and returns to everything', () => {
    expect(zoomBy([0, 100], 0.5, 25, [0, 100])).toEqual([12.5, 62.5]);
    expect(zoomBy([12.5, 62.5], 2, 25, [0, 100])).toBeNull();
  });
});

describe('a chart', () => {
  const [group] = groupMetrics(['rewards/chosen', 'rewards/rejected'], 'green');
  const curve = createCurve(100);
  curve.append(
    [1, 2, 3, 4].map((step) => ({ step, values: { 'rewards/chosen': step, 'rewards/rejected': 1 / step } })),
  );
  const round1 = createCurve(100);
  round1.append([{ step: 9, seconds: 3, values: { 'rewards/chosen': 0.1 + 0.2 } }]);
  const earlier = [{ id: 'round1.train', label: 'Round 1', color: 'red', dash: '1 1', curve: round1 }];
  const area = { left: 0, right: 100, top: 0, bottom: 50 };
  const input = { group: group!, curve, earlier: [], settings: defaultSettings, zoom: null, area };

  it('draws its lines, the raw ones behind smoothed ones, and earlier rounds only when asked', () => {
    const kinds = (changes: object) => layoutPlot({ ...input, ...changes }).paths.map(({ kind }) => kind);
    expect(kinds({})).toEqual(['line', 'line']);
    expect(kinds({ settings: { ...defaultSettings, smoothing: 0.5 } })).toEqual(['raw', 'line', 'raw', 'line']);
    expect(kinds({ earlier })).toEqual(['earlier', 'line', 'line']);
    expect(kinds({ earlier, settings: { ...defaultSettings, earlier: false } })).toEqual(['line', 'line']);
    expect(layoutPlot({ ...input, earlier }).whole).toEqual([1, 9]);
  });

  it('has a logarithmic axis where all values shown are above 0, and else says why not', () => {
    const settings = { ...defaultSettings, logarithmic: true };
    expect(layoutPlot({ ...input, settings }).remark).toBeNull();
    const below = createCurve(10);
    below.append([1, 2, 3].map((step) => ({ step, values: { 'rewards/chosen': step - 1 } })));
    expect(layoutPlot({ ...input, curve: below, settings }).remark).toMatch(/not above 0/);
    expect(layoutPlot({ ...input, curve: below, settings, zoom: [2.5, 3] }).remark).toBeNull();
  });

  it('gives every point in full precision as CSV, earlier rounds by their stage', () => {
    const csv = metricCsv(group!, [
      { stage: 'round2.train', curve },
      { stage: 'round1.train', curve: round1 },
    ]);
    const lines = csv.trimEnd().split('\r\n');
    expect(lines[0]).toBe('stage,step,seconds,rewards/chosen,rewards/rejected');
    expect(lines[3]).toBe(`round2.train,3,,3,${1 / 3}`);
    expect(lines.at(-1)).toBe('round1.train,9,3,0.30000000000000004,');
    expect(lines).toHaveLength(6);
  });

  it('tells earlier rounds apart by dashes where the colour says what a line is, else by the round’s colour', () => {
    const looks = (names: string[], values: Record<string, number>) => {
      const [own] = groupMetrics(names, 'green');
      const at = (step: number) => {
        const curve = createCurve(10);
        curve.append([step, step + 1].map((s) => ({ step: s, values })));
        return curve;
      };
      const before = [{ ...earlier[0]!, curve: at(1) }];
      return layoutPlot({ ...input, group: own!, curve: at(1), earlier: before }).paths.map(
        ({ kind, color, dash }) => `${kind} ${color} ${dash}`,
      );
    };
    expect(looks(['logps/chosen', 'logps/rejected'], { 'logps/chosen': 1, 'logps/rejected': 2 })).toEqual([
      ...['earlier var(--studio-chosen) 1 1', 'earlier var(--studio-rejected) 1 1'],
      ...['line var(--studio-chosen) ', 'line var(--studio-rejected) '],
    ]);
    expect(looks(['kl', 'kl_sft'], { kl: 1, kl_sft: 2 })).toEqual([
      ...['earlier red ', 'earlier red 6 3', 'line green ', 'line green 6 3'],
    ]);
  });

  it('says the last value of an earlier round that ended before the step, and nothing between its steps', () => {
    const settings = defaultSettings;
    const entries = (step: number) =>
      readoutAt(group!, curve, earlier, settings, step)
        .slice(2)
        .map(({ label, value }) => [label, value]);
    expect(entries(4)).toEqual([['Round 1 · Chosen', null]]);
    expect(entries(12)).toEqual([['Round 1, last · Chosen', 0.1 + 0.2]]);
  });

  it('finds the point nearest to the pointer', () => {
    const xs = Float64Array.of(1, 2, 10);
    expect([-5, 1.4, 1.6, 5, 7, 99].map((x) => nearest(xs, x))).toEqual([0, 0, 1, 1, 2, 2]);
  });
});

it('damaged settings become the defaults, each by itself', () => {
  expect(readSettings('{"smoothing": 7, "axis": "time"}')).toEqual({ ...defaultSettings, axis: 'time' });
  expect(readSettings('not json')).toEqual(defaultSettings);
});
