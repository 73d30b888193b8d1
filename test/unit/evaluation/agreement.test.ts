/** Agreement and Cohen's kappa against values worked out by hand, and the interval against what it promises. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/data/seeded-random';
import { agreement, wilson, type TwoVerdicts } from '../../../src/evaluation/agreement';

const times = (count: number, pair: TwoVerdicts): TwoVerdicts[] => Array.from({ length: count }, () => pair);

describe('agreement', () => {
  it('gives the kappa of a table of two by two', () => {
    // 20 both left, 5 and 10 apart, 15 both right: p = 0.7, e = 0.5 * 0.6 + 0.5 * 0.4 = 0.5.
    const votes = [
      ...times(20, ['left', 'left']),
      ...times(5, ['left', 'right']),
      ...times(10, ['right', 'left']),
      ...times(15, ['right', 'right']),
    ];
    const { kappa, agreed, votes: count, ties } = agreement(votes);
    expect([agreed, count, ties]).toEqual([35, 50, 0]);
    expect(kappa).toBeCloseTo(0.4, 12);
  });

  it('counts a tie as a third answer', () => {
    // The person: 2 left, 1 right, 1 tie; the judge: 2 left, 2 right. p = 3/4, e = 1/2 * 1/2 + 1/4 * 1/2 = 3/8.
    const { kappa, ties } = agreement([...times(2, ['left', 'left']), ['right', 'right'], ['tie', 'right']]);
    expect(ties).toBe(1);
    expect(kappa).toBeCloseTo((0.75 - 0.375) / (1 - 0.375), 12);
  });

  it('is not defined without votes, or where both always say the same one thing', () => {
    expect(agreement([])).toEqual({ votes: 0, ties: 0, agreed: 0, kappa: null, interval: null });
    expect(agreement(times(3, ['left', 'left']))).toMatchObject({ agreed: 3, kappa: null, interval: null });
  });

  it('keeps a width when all votes agree, and narrows with more of them', () => {
    const perfect = (count: number) =>
      agreement([...times(count, ['left', 'left']), ...times(count, ['right', 'right'])]);
    const [few, many] = [perfect(3), perfect(100)];
    expect(few.kappa).toBe(1);
    expect(few.interval?.high).toBe(1);
    // Wilson's lower end of 6 of 6 is 6 / (6 + 1.96^2); with e = 1/2, kappa is twice that less 1.
    expect(few.interval?.low).toBeCloseTo(2 * (6 / (6 + 1.959964 ** 2)) - 1, 5);
    expect(many.interval?.low).toBeGreaterThan(0.9);
  });

  it('covers the true kappa in about 95 of 100 cases', () => {
    const random = seededRandom(2, 'kappa');
    // Sides are thrown, the person says the same as the judge in 80%: kappa is 0.6.
    const draw = (): TwoVerdicts => {
      const judge = random() < 0.5 ? 'left' : 'right';
      const other = judge === 'left' ? 'right' : 'left';
      return [random() < 0.8 ? judge : other, judge];
    };
    const hits = Array.from({ length: 2000 }, () => agreement(Array.from({ length: 40 }, draw))).filter(
      ({ interval }) => interval && interval.low <= 0.6 && interval.high >= 0.6,
    );
    expect(hits.length / 2000).toBeGreaterThan(0.92);
    expect(hits.length / 2000).toBeLessThan(0.98);
  });
});

describe('wilson', () => {
  it('gives published values', () => {
    // Newcombe 1998, table I: 81 of 263 and 0 of 20.
    const [many, none] = [wilson(81, 263), wilson(0, 20)];
    expect([many.low, many.high].map((x) => x.toFixed(4))).toEqual(['0.2553', '0.3662']);
    expect([none.low, none.high].map((x) => x.toFixed(4))).toEqual(['0.0000', '0.1611']);
  });
});
