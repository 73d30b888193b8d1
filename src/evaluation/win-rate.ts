/**
 * Which of two models the reward model prefers on the same prompts: win rate with ties counted half, and the same with
 * the effect of length taken out. Pure functions of rewards and lengths.
 */
import type { Interval } from './statistics';
import { bootstrapInterval, mean, standardDeviation } from './statistics';

/** One prompt answered by both models. */
export interface Duel {
  /** 1 the model won, 0 the opponent, 1/2 a tie. */
  outcome: number;
  /** Response tokens, model minus opponent. */
  lengthDifference: number;
}

/** A response as a win rate sees it. */
export interface Contender {
  reward: number;
  tokens: number;
}

/** Compares two models' responses prompt by prompt; both lists are in the same order of prompts. */
export function duels(model: readonly Contender[], opponent: readonly Contender[]): Duel[] {
  return model.map((own, i) => {
    const other = opponent[i] as Contender;
    const won = own.reward > other.reward ? 1 : 0;
    return { outcome: own.reward === other.reward ? 0.5 : won, lengthDifference: own.tokens - other.tokens };
  });
}

/** Mean outcome, 0 to 1. */
export function winRate(all: readonly Duel[]): number {
  return mean(all.map((duel) => duel.outcome));
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/** Weight of slope^2 / 2 in the fit: keeps the slope finite when length separates wins from losses. */
const slopePenalty = 1;

interface Line {
  intercept: number;
  slope: number;
}

/** Penalised log-likelihood of outcomes y under sigmoid(intercept + slope x). */
function logLikelihood(x: readonly number[], y: readonly number[], { intercept, slope }: Line): number {
  return x.reduce(
    (sum, xi, i) => {
      const z = intercept + slope * xi;
      return sum + (y[i] as number) * z - Math.max(z, 0) - Math.log1p(Math.exp(-Math.abs(z)));
    },
    (-slopePenalty * slope * slope) / 2,
  );
}

/** Newton's step of the penalised log-likelihood. */
function newtonStep(x: readonly number[], y: readonly number[], { intercept, slope }: Line): Line {
  let [g0, g1] = [0, -slopePenalty * slope];
  let [h00, h01, h11] = [1e-12, 0, slopePenalty];
  x.forEach((xi, i) => {
    const p = sigmoid(intercept + slope * xi);
    const weight = p * (1 - p);
    g0 += (y[i] as number) - p;
    g1 += ((y[i] as number) - p) * xi;
    h00 += weight;
    h01 += weight * xi;
    h11 += weight * xi * xi;
  });
  const determinant = h00 * h11 - h01 * h01;
  return { intercept: (g0 * h11 - g1 * h01) / determinant, slope: (g1 * h00 - g0 * h01) / determinant };
}

/** Maximum of the penalised likelihood, by Newton steps halved until they do not overshoot. */
export function fitLogistic(x: readonly number[], y: readonly number[]): Line {
  let line: Line = { intercept: 0, slope: 0 };
  for (let iteration = 0; iteration < 50; iteration++) {
    const step = newtonStep(x, y, line);
    const before = logLikelihood(x, y, line);
    const moved = (scale: number): Line => ({
      intercept: line.intercept + scale * step.intercept,
      slope: line.slope + scale * step.slope,
    });
    let scale = 1;
    while (scale > 1e-6 && logLikelihood(x, y, moved(scale)) < before) scale /= 2;
    if (scale > 1e-6) line = moved(scale);
    if (scale <= 1e-6 || Math.abs(step.intercept) + Math.abs(step.slope) < 1e-10) break;
  }
  return line;
}

/**
 * Length-controlled win rate: a logistic regression of the outcome on tanh(length difference / its root mean square),
 * read at difference 0. As AlpacaEval 2 (Dubois et al. 2024), but without its per-instruction term (one duel a prompt
 * leaves nothing to fit it to), with the root mean square in place of the standard deviation (defined for a constant
 * difference too) and with a ridge on the slope. Where outcomes or length differences are all equal there is nothing to
 * control for, and it is the win rate.
 */
export function lengthControlledWinRate(all: readonly Duel[]): number {
  const raw = winRate(all);
  const scale = Math.sqrt(mean(all.map(({ lengthDifference }) => lengthDifference ** 2)));
  if (raw === 0 || raw === 1 || scale === 0) return raw;
  const x = all.map(({ lengthDifference }) => Math.tanh(lengthDifference / scale));
  const outcomes = all.map(({ outcome }) => outcome);
  if (standardDeviation(x) < 1e-12) return raw;
  return sigmoid(fitLogistic(x, outcomes).intercept);
}

export interface WinFigures {
  winRate: number;
  interval: Interval;
  lengthControlled: number;
  lengthControlledInterval: Interval;
}

/** Both win rates with bootstrap 95% intervals over prompts. */
export function winFigures(all: readonly Duel[], bootstrapSamples: number, random: () => number): WinFigures {
  return {
    winRate: winRate(all),
    interval: bootstrapInterval(all, winRate, bootstrapSamples, random),
    lengthControlled: lengthControlledWinRate(all),
    lengthControlledInterval: bootstrapInterval(all, lengthControlledWinRate, bootstrapSamples, random),
  };
}
