/** Win rates, and the length control against data in which the effect of length is known. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/data/seeded-random';
import type { Duel } from '../../../src/evaluation/win-rate';
import { duels, fitLogistic, lengthControlledWinRate, winFigures, winRate } from '../../../src/evaluation/win-rate';

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

describe('winRate', () => {
  it('counts ties half', () => {
    const model = [1, 2, 3, 4].map((reward) => ({ reward, tokens: 10 }));
    const opponent = [0, 2, 5, 1].map((reward, i) => ({ reward, tokens: 8 + i }));
    const all = duels(model, opponent);
    expect(all.map((duel) => duel.outcome)).toEqual([1, 0.5, 0, 1]);
    expect(all.map((duel) => duel.lengthDifference)).toEqual([2, 1, 0, -1]);
    expect(winRate(all)).toBe(0.625);
  });
});

describe('fitLogistic', () => {
  it('finds the point where the penalised gradient is 0, in float64', () => {
    const random = seededRandom('fit');
    const x = Array.from({ length: 200 }, () => 2 * random() - 1);
    const y = x.map((xi) => (random() < sigmoid(0.7 - 2 * xi) ? 1 : 0));
    const { intercept, slope } = fitLogistic(x, y);
    const residual = (xi: number, i: number) => (y[i] ?? 0) - sigmoid(intercept + slope * xi);
    expect(Math.abs(x.reduce((sum, xi, i) => sum + residual(xi, i), 0))).toBeLessThan(1e-8);
    expect(Math.abs(x.reduce((sum, xi, i) => sum + residual(xi, i) * xi, 0) - slope)).toBeLessThan(1e-8);
    expect(intercept).toBeCloseTo(0.7, 0);
    expect(Math.abs(slope + 2)).toBeLessThan(0.5);
  });

  it('stays finite when length separates wins from losses', () => {
    const { intercept, slope } = fitLogistic([-1, -0.9, 0.9, 1, 1], [0, 0, 1, 1, 1]);
    expect(Number.isFinite(intercept) && Number.isFinite(slope)).toBe(true);
    expect(slope).toBeGreaterThan(0.5);
  });
});

/** Duels in which the model wins with probability sigmoid(skill + lengthEffect * tanh(difference / 20)). */
function simulate(skill: number, lengthEffect: number, meanDifference: number): Duel[] {
  const random = seededRandom('duels', skill, lengthEffect);
  return Array.from({ length: 4000 }, () => {
    const lengthDifference = Math.round(meanDifference + 40 * (random() + random() - 1));
    const outcome = random() < sigmoid(skill + lengthEffect * Math.tanh(lengthDifference / 20)) ? 1 : 0;
    return { outcome, lengthDifference };
  });
}

describe('lengthControlledWinRate', () => {
  it('takes away a lead that came from length alone', () => {
    const all = simulate(0, 2, 15);
    expect(winRate(all)).toBeGreaterThan(0.65);
    expect(Math.abs(lengthControlledWinRate(all) - 0.5)).toBeLessThan(0.04);
  });

  it('keeps a lead that is not from length', () => {
    const all = simulate(0.8, 0, 15);
    expect(Math.abs(lengthControlledWinRate(all) - sigmoid(0.8))).toBeLessThan(0.04);
  });

  it('is the win rate when there is nothing to control', () => {
    const equal = [1, 0, 1, 1].map((outcome) => ({ outcome, lengthDifference: 0 }));
    expect(lengthControlledWinRate(equal)).toBe(0.75);
    expect(lengthControlledWinRate(equal.map((duel) => ({ ...duel, lengthDifference: 7 })))).toBe(0.75);
    const won = [3, -2, 8].map((lengthDifference) => ({ outcome: 1, lengthDifference }));
    expect(lengthControlledWinRate(won)).toBe(1);
  });
});

describe('winFigures', () => {
  it('brackets both rates and is repeatable', () => {
    const all = simulate(0.4, 0.5, 5).slice(0, 150);
    const figures = winFigures(all, 300, seededRandom('a'));
    expect(figures.interval.low).toBeLessThan(figures.winRate);
    expect(figures.interval.high).toBeGreaterThan(figures.winRate);
    const half = 1.96 * Math.sqrt((figures.winRate * (1 - figures.winRate)) / 150);
    expect(Math.abs((figures.interval.high - figures.interval.low) / 2 - half)).toBeLessThan(0.2 * half);
    expect(figures.lengthControlledInterval.low).toBeLessThan(figures.lengthControlled);
    expect(figures.lengthControlledInterval.high).toBeGreaterThan(figures.lengthControlled);
    expect(winFigures(all, 300, seededRandom('a'))).toEqual(figures);
  });
});
