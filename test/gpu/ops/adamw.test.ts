/** AdamW, the global norm and clipping on flat vectors, against float64 over several steps. */
import { expect, it } from 'vitest';
import { adamwStep, squaredSum, type AdamwState } from '../../../src/ops/adamw';
import { dispose, fromHost, keep, tidy, toHost } from '../../../src/ops/tensor';
import { randomTensor, relativeError, useEngine } from '../../support/engine';
import { describeWith } from '../../support/needs';

const size = 131;
const settings = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.1 };
const rates = [1e-2, 2e-2, 0, 5e-3, 1e-3];

/** Loshchilov & Hutter 2019, algorithm 2, value by value. `decays` and `trained` say where a step has which part. */
function reference(start: Float32Array, gradients: Float32Array[], decays: number[], trained: number[]) {
  const { beta1, beta2, epsilon, weightDecay } = settings;
  const [p, m, v] = [Float64Array.from(start), new Float64Array(size), new Float64Array(size)];
  gradients.forEach((gradient, t) => {
    gradient.forEach((g, i) => {
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const [mean, square] = [m[i]! / (1 - beta1 ** (t + 1)), v[i]! / (1 - beta2 ** (t + 1))];
      const change = rates[t]! * (weightDecay * decays[i]! * p[i]! + mean / (Math.sqrt(square) + epsilon));
      p[i]! -= trained[i]! * change;
    });
  });
  return { p, m, v };
}

describeWith(['lavapipe'], 'AdamW', () => {
  useEngine();
  const start = randomTensor([size], 1, 'start').data;
  // Gradients from 1e-4 to 1e2, so that neither epsilon nor the largest value hides an error.
  const gradients = rates.map((_, t) =>
    randomTensor([size], 1, 'gradient', t).data.map((g, i) => g * 10 ** ((i % 7) - 4)),
  );
  const everywhere = new Array<number>(size).fill(1);
  const thirds = everywhere.map((_, i) => (i % 3 === 0 ? 0 : 1));
  const halves = everywhere.map((_, i) => (i % 2 === 0 ? 0 : 1));

  it.each([
    ['all decayed and trained', everywhere, everywhere],
    ['a part not decayed, a part not trained', thirds, halves],
  ])('%s: parameters and both moments after five steps', async (_name, decays, trained) => {
    const masks = [decays, trained].map((mask) =>
      mask === everywhere ? undefined : fromHost(Float32Array.from(mask), [size]),
    );
    const vector = (values: Float32Array) => fromHost(values, [size]);
    let state: AdamwState = {
      parameters: vector(start),
      firstMoment: vector(new Float32Array(size)),
      secondMoment: vector(new Float32Array(size)),
    };
    for (const [t, rate] of rates.entries()) {
      const next = tidy(() => {
        const stepped = adamwStep(state, vector(gradients[t]!), rate, t + 1, settings, {
          decay: masks[0],
          update: masks[1],
        });
        Object.values(stepped).forEach((tensor) => keep(tensor));
        return { ...stepped };
      });
      dispose(Object.values(state));
      state = next;
    }
    const wanted = reference(start, gradients, decays, trained);
    const found = await toHost(state.parameters);
    expect(relativeError(found, wanted.p)).toBeLessThan(1e-6);
    found.forEach((value, i) => trained[i] === 0 && expect(value).toBe(start[i]));
    expect(relativeError(await toHost(state.firstMoment), wanted.m)).toBeLessThan(1e-6);
    expect(relativeError(await toHost(state.secondMoment), wanted.v)).toBeLessThan(1e-6);
    dispose([...Object.values(state), ...masks.flatMap((mask) => mask ?? [])]);
  });

  it('the sum of squares, whose root over all parts is the norm that clips', async () => {
    const exact = gradients[0]!.reduce((sum, g) => sum + g * g, 0);
    const gradient = fromHost(gradients[0]!, [size]);
    const sum = tidy(() => squaredSum(gradient));
    expect(relativeError(await toHost(sum), [exact])).toBeLessThan(1e-6);
    dispose([gradient, sum]);
  });
});
