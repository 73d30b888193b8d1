/** Statistics and metrics against values worked out by hand or by another route. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/data/seeded-random';
import { distinct, implicitRewardFigures, klFromSft, repetition } from '../../../src/evaluation/metrics';
import { overOptimisationWarnings } from '../../../src/evaluation/over-optimisation';
import {
  binEdges,
  bootstrapInterval,
  correlation,
  histogram,
  mean,
  quantile,
  standardDeviation,
} from '../../../src/evaluation/statistics';

describe('statistics', () => {
  it('has mean, deviation, quantile and correlation of their definitions', () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(mean(values)).toBe(5);
    expect(standardDeviation(values)).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(standardDeviation([3])).toBe(0);
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4], 1)).toBe(4);
    expect(correlation([1, 2, 3], [2, 4, 6.5])).toBeCloseTo(4.5 / Math.sqrt(2 * 10.166666666666666), 10);
    expect(correlation([1, 2, 3], [5, 5, 5])).toBeNull();
    expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
  });

  it('bins every value once, the largest included', () => {
    const random = seededRandom('bins');
    const values = Array.from({ length: 500 }, () => 10 * random() - 3);
    const edges = binEdges(values, 7);
    expect(edges.length).toBe(8);
    const counts = histogram(values, edges);
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(500);
    counts.forEach((n, i) => {
      const inside = values.filter(
        (x) => x >= (edges[i] ?? 0) && (x < (edges[i + 1] ?? 0) || (i === 6 && x === edges[7])),
      );
      expect(n).toBe(inside.length);
    });
    expect(histogram([-1, 0, 0.5, 1, 2, 3], [0, 1, 2])).toEqual([2, 2]);
    expect(binEdges([4, 4], 2)).toEqual([3.5, 4, 4.5]);
  });

  it('bootstraps an interval that agrees with the normal one, is repeatable, and covers', () => {
    const random = seededRandom('sample');
    const values = Array.from({ length: 400 }, () => random() + random() + random());
    const { low, high } = bootstrapInterval(values, mean, 2000, seededRandom('boot'));
    const half = (1.96 * standardDeviation(values)) / Math.sqrt(400);
    expect(Math.abs(low - (mean(values) - half))).toBeLessThan(0.1 * half);
    expect(Math.abs(high - (mean(values) + half))).toBeLessThan(0.1 * half);
    expect(bootstrapInterval(values, mean, 2000, seededRandom('boot'))).toEqual({ low, high });
    expect(bootstrapInterval(values, mean, 2000, seededRandom('other'))).not.toEqual({ low, high });
  });
});

describe('metrics', () => {
  it('counts distinct n-grams over all responses', () => {
    expect(
      distinct(
        [
          [1, 2, 1],
          [2, 3],
        ],
        1,
      ),
    ).toBe(3 / 5);
    expect(
      distinct(
        [
          [1, 2, 1, 2],
          [2, 1],
        ],
        2,
      ),
    ).toBe(2 / 4);
    expect(distinct([[1]], 2)).toBe(0);
    expect(
      distinct(
        [
          [1, 23],
          [12, 3],
        ],
        2,
      ),
    ).toBe(1);
  });

  it('counts repeated 4-grams within a response only', () => {
    expect(repetition([[1, 2, 3, 4, 1, 2, 3, 4]])).toBe(1 / 5);
    expect(
      repetition([
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ]),
    ).toBe(0);
    expect(
      repetition([
        [7, 7, 7, 7, 7, 7],
        [1, 2],
      ]),
    ).toBe(2 / 3);
    expect(repetition([[1, 2, 3]])).toBe(0);
  });

  it('reads implicit rewards and KL off log-probabilities', () => {
    const pairs = [
      { chosen: -10, rejected: -12, referenceChosen: -11, referenceRejected: -11 },
      { chosen: -10, rejected: -10, referenceChosen: -10, referenceRejected: -10 },
      { chosen: -20, rejected: -5, referenceChosen: -18, referenceRejected: -6 },
    ];
    const { accuracy, margin } = implicitRewardFigures(pairs, 0.1);
    expect(accuracy).toBeCloseTo(1 / 3, 12);
    expect(margin).toBeCloseTo((0.2 + 0 - 0.3) / 3, 12);
    const kl = klFromSft([
      { tokens: 4, logpModel: -5, logpSft: -8 },
      { tokens: 6, logpModel: -7, logpSft: -6 },
    ]);
    expect(kl).toEqual({ perResponse: 1, perToken: 0.2 });
  });

  it('estimates the KL of two known distributions from samples', () => {
    const [p, q] = [
      [0.5, 0.3, 0.2],
      [0.2, 0.5, 0.3],
    ];
    const random = seededRandom('kl');
    const samples = Array.from({ length: 20000 }, () => {
      const u = random();
      const id = u < 0.5 ? 0 : u < 0.8 ? 1 : 2;
      return { tokens: 1, logpModel: Math.log(p?.[id] ?? 0), logpSft: Math.log(q?.[id] ?? 0) };
    });
    const exact = 0.5 * Math.log(0.5 / 0.2) + 0.3 * Math.log(0.3 / 0.5) + 0.2 * Math.log(0.2 / 0.3);
    expect(Math.abs(klFromSft(samples).perResponse - exact)).toBeLessThan(0.02);
  });
});

describe('over-optimisation', () => {
  const sft = { model: 'sft', kl: 0, length: 50, winRate: 0.5 };
  const warned = (...points: (typeof sft)[]) => overOptimisationWarnings([sft, ...points]).map(({ model }) => model);

  it('warns when KL and length rise and the win rate does not', () => {
    const good = { model: 'dpo_round1', kl: 3, length: 60, winRate: 0.65 };
    expect(warned(good)).toEqual([]);
    expect(warned(good, { model: 'dpo_round2', kl: 9, length: 90, winRate: 0.64 })).toEqual(['dpo_round2']);
    expect(warned(good, { model: 'dpo_round2', kl: 9, length: 62, winRate: 0.64 })).toEqual([]);
    expect(warned(good, { model: 'dpo_round2', kl: 3.1, length: 90, winRate: 0.64 })).toEqual([]);
    expect(warned(good, { model: 'dpo_round2', kl: 9, length: 90, winRate: 0.7 })).toEqual([]);
    expect(warned({ model: 'dpo_round1', kl: 4, length: 80, winRate: 0.51 })).toEqual(['dpo_round1']);
  });

  it('says what was seen', () => {
    const [warning] = overOptimisationWarnings([sft, { model: 'dpo_round1', kl: 4, length: 80, winRate: 0.49 }]);
    expect(warning?.message).toMatch(
      /from sft to dpo_round1.*0\.00 to 4\.00 nats.*50\.0 to 80\.0 tokens.*50\.0% to 49\.0%/,
    );
  });
});
