/** Stability and gradients of the losses against float64 formulas and finite differences. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { boundedExp, logOneMinusExp, logSigmoid, stopGradient } from '../../../src/losses/log-sigmoid';
import { defaultLossParameters, pairLosses } from '../../../src/losses/pair-losses';
import type { PairInputs } from '../../../src/losses/preference-losses';
import { dpoLoss, implicitRewards, preferenceMargin } from '../../../src/losses/preference-losses';
import { rewardLoss } from '../../../src/losses/reward-loss';
import { ldAlphaLogps, meanAlignedLogps, wpoWeights } from '../../../src/losses/token-weights';
import { sortAscending } from '../../../src/losses/transport-losses';
import { bcoLoss, klEstimate } from '../../../src/losses/unpaired-losses';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const logSigmoid64 = (z: number) => Math.min(z, 0) - Math.log1p(Math.exp(-Math.abs(z)));
const sigmoid64 = (z: number) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));
const close = (actual: number, wanted: number, relative = 1e-5, absolute = 1e-6) =>
  expect(Math.abs(actual - wanted), `${actual} against ${wanted}`).toBeLessThanOrEqual(
    absolute + relative * Math.abs(wanted),
  );

describe('logSigmoid', () => {
  const points = Array.from({ length: 721 }, (_, i) => Math.fround(-90 + i * 0.25));

  it('agrees with float64 from -90 to 90, to 1e-5 relative even where it is tiny', () => {
    const values = logSigmoid(tf.tensor1d(points)).dataSync();
    points.forEach((z, i) => close(values[i] ?? NaN, logSigmoid64(z), 1e-5, z < 12 ? 1e-37 : 2e-7));
  });

  it('has the gradient sigmoid(-z) everywhere', () => {
    const slope = tf
      .grad((x) => tf.sum(logSigmoid(x)))(tf.tensor1d(points))
      .dataSync();
    points.forEach((z, i) => close(slope[i] ?? NaN, sigmoid64(-z), 1e-5, 1e-7));
  });
});

describe('helpers', () => {
  it('logOneMinusExp agrees with float64 near 0 and far from it', () => {
    const points = [-1e-5, -1e-3, -0.1, -1, -7.5, -40];
    const values = logOneMinusExp(tf.tensor1d(points)).dataSync();
    points.forEach((x, i) => close(values[i] ?? NaN, Math.log(-Math.expm1(x)), 1e-5, 1e-7));
    expect(Number.isFinite(logOneMinusExp(tf.tensor1d([0])).dataSync()[0])).toBe(true);
  });

  it('boundedExp stays finite and stopGradient stops it', () => {
    expect(Number.isFinite(boundedExp(tf.scalar(500)).dataSync()[0])).toBe(true);
    const slope = tf
      .grad((x) => tf.mul(stopGradient(x), x))(tf.scalar(3))
      .dataSync()[0];
    expect(slope).toBe(3);
  });
});

const keys = ['chosenLogps', 'rejectedLogps'] as const;
const pairs = {
  chosenLogps: [-11.5, -3.25, -20, -7],
  rejectedLogps: [-9, -8.5, -14, -7.75],
  referenceChosenLogps: [-12, -4, -18, -7.25],
  referenceRejectedLogps: [-10, -7, -15.5, -6],
};
function inputsOf(values: typeof pairs): PairInputs {
  return {
    chosenLogps: tf.tensor1d(values.chosenLogps),
    rejectedLogps: tf.tensor1d(values.rejectedLogps),
    referenceChosenLogps: tf.tensor1d(values.referenceChosenLogps),
    referenceRejectedLogps: tf.tensor1d(values.referenceRejectedLogps),
    chosenLengths: tf.tensor1d([5, 3, 9, 4]),
    rejectedLengths: tf.tensor1d([4, 6, 7, 4]),
  };
}

describe('gradients of the pair losses against central differences', () => {
  const parameters = { ...defaultLossParameters, beta: 0.3, labelSmoothing: 0.1, tau: 0.5 };
  it.each(Object.keys(pairLosses))('%s', (name) => {
    const loss = pairLosses[name];
    if (!loss) throw new Error(name);
    const total = (values: typeof pairs) => tf.sum(loss(inputsOf(values), parameters)).dataSync()[0] ?? NaN;
    const fixed = inputsOf(pairs);
    for (const key of keys) {
      if (name === 'sft' && key === 'rejectedLogps') continue; // does not depend on it
      const slope = tf
        .grad((x) => tf.sum(loss({ ...fixed, [key]: x as tf.Tensor1D }, parameters)))(fixed[key])
        .dataSync();
      pairs[key].forEach((value, i) => {
        const moved = (by: number) => total({ ...pairs, [key]: pairs[key].with(i, value + by) });
        const difference = (moved(0.015625) - moved(-0.015625)) / 0.03125;
        close(slope[i] ?? NaN, difference, 5e-3, 2e-3);
      });
    }
  });

  /** EXO is infinite without smoothing, by its definition. */
  const smoothed = { ...defaultLossParameters, labelSmoothing: 0.1 };
  it.each(Object.keys(pairLosses))('%s stays finite, with its gradient, for margins of 900 nats either way', (name) => {
    const loss = pairLosses[name];
    if (!loss) throw new Error(name);
    const extreme = inputsOf({
      chosenLogps: [-0.001, -900, -40, -1],
      rejectedLogps: [-900, -0.001, -40, -900],
      referenceChosenLogps: [-900, -0.001, -40, -1],
      referenceRejectedLogps: [-0.001, -900, -40, -1],
    });
    const run = (x: tf.Tensor) => tf.sum(loss({ ...extreme, chosenLogps: x as tf.Tensor1D }, smoothed));
    expect(Number.isFinite(run(extreme.chosenLogps).dataSync()[0])).toBe(true);
    for (const slope of tf.grad(run)(extreme.chosenLogps).dataSync()) expect(Number.isFinite(slope)).toBe(true);
  });
});

describe('dpoLoss', () => {
  it('is ln 2 with gradient -beta/2 where policy and reference agree', () => {
    const same = inputsOf({
      ...pairs,
      referenceChosenLogps: pairs.chosenLogps,
      referenceRejectedLogps: pairs.rejectedLogps,
    });
    for (const value of dpoLoss(same, { beta: 0.1, labelSmoothing: 0 }).dataSync()) close(value, Math.LN2, 1e-6);
    const slope = tf.grad((x) =>
      tf.sum(dpoLoss({ ...same, chosenLogps: x as tf.Tensor1D }, { beta: 0.1, labelSmoothing: 0 })),
    );
    for (const value of slope(same.chosenLogps).dataSync()) close(value, -0.05);
  });

  it('has the margin and implicit rewards of its definition', () => {
    const inputs = inputsOf(pairs);
    expect([...preferenceMargin(inputs).dataSync()]).toEqual([-0.5, 2.25, -3.5, 2]);
    const rewards = implicitRewards(inputs, 0.5);
    expect([...rewards.chosen.dataSync()]).toEqual([0.25, 0.375, -1, 0.125]);
    expect([...rewards.rejected.dataSync()]).toEqual([0.5, -0.75, 0.75, -0.875]);
  });
});

describe('rewardLoss', () => {
  it('is Bradley-Terry with margin and centring', () => {
    const [chosen, rejected] = [
      [1.5, -2, 60],
      [0.5, 1, -60],
    ] as const;
    const values = rewardLoss(tf.tensor1d([...chosen]), tf.tensor1d([...rejected]), { margin: 0.25, centring: 0.01 });
    values.dataSync().forEach((value, i) => {
      const [c, r] = [chosen[i] ?? NaN, rejected[i] ?? NaN];
      close(value, -logSigmoid64(c - r - 0.25) + 0.01 * (c + r) ** 2);
    });
  });
});

describe('batch statistics and token weights', () => {
  it('sorts with the gradient going back to where each value came from', () => {
    const x = tf.tensor1d([3, -1, 2, 2]);
    expect([...sortAscending(x).dataSync()]).toEqual([-1, 2, 2, 3]);
    const weights = tf.tensor1d([1, 10, 10, 1000]);
    const slope = tf
      .grad((v) => tf.sum(tf.mul(sortAscending(v as tf.Tensor1D), weights)))(x)
      .dataSync();
    expect([...slope]).toEqual([1000, 1, 10, 10]);
  });

  it('gives KL estimates no gradient', () => {
    const inputs = inputsOf(pairs);
    const loss = (x: tf.Tensor) => {
      const own = { ...inputs, chosenLogps: x as tf.Tensor1D };
      return tf.sum(bcoLoss(own, { beta: 0.1, delta: klEstimate(x as tf.Tensor1D) }).rejected);
    };
    expect([...tf.grad(loss)(inputs.chosenLogps).dataSync()]).toEqual([0, 0, 0, 0]);
  });

  it('damps tokens past the shorter response (LD-DPO)', () => {
    const tokens = tf.tensor2d([
      [-1, -2, -4, -8],
      [-1, -3, 0, 0],
    ]);
    const summed = ldAlphaLogps(tokens, tf.tensor1d([4, 2]), tf.tensor1d([2, 4]), 0.5);
    expect([...summed.dataSync()]).toEqual([-9, -4]);
  });

  it('weights a pair by its likeness to the policy (WPO), at most 1 and without gradient', () => {
    const logps = tf.log(
      tf.tensor2d([
        [0.5, 0.25],
        [0.1, 0.9],
      ]),
    );
    const squares = tf.log(
      tf.tensor2d([
        [0.4, 0.5],
        [0.2, 0.3],
      ]),
    );
    const aligned = meanAlignedLogps(
      logps as tf.Tensor2D,
      squares as tf.Tensor2D,
      tf.tensor2d([
        [1, 1],
        [1, 0],
      ]),
    );
    const wanted = [(Math.log(0.5 / 0.4) + Math.log(0.25 / 0.5)) / 2, Math.log(0.1 / 0.2)];
    aligned.dataSync().forEach((value, i) => close(value, wanted[i] ?? NaN, 1e-5));
    const weights = wpoWeights(aligned, tf.tensor1d([-0.5, 5])).dataSync();
    close(weights[0] ?? NaN, Math.exp((wanted[0] ?? NaN) - 0.5));
    expect(weights[1]).toBe(1);
    const slope = tf
      .grad((x) => tf.sum(wpoWeights(x as tf.Tensor1D, x as tf.Tensor1D)))(aligned)
      .dataSync();
    expect([...slope]).toEqual([0, 0]);
  });
});
